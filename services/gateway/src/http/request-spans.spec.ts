import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { durationsProducer } from '@gatehouse/telemetry';
import { eventually, specTelemetry, type SpecTelemetry } from '@gatehouse/testing';
import { cookieOf, serveExchange, specSecret } from '../spec/spec-credentials.js';
import { startFeedGateway } from '../spec/feed-gateway.js';
import { specResource } from '../spec/spec-backend.js';
import { startSpecGateway, type SpecGateway } from '../spec/spec-gateway.js';

const ID = '0190b0a0-0000-7000-8000-000000000001';
const PATH = `/v1/resources/${ID}`;
const ROUTE = '/v1/resources/{id}';

let telemetry: SpecTelemetry;
let gateway: SpecGateway;
beforeAll(async () => {
  telemetry = await specTelemetry(await durationsProducer());
  gateway = await startSpecGateway();
});
afterAll(async () => {
  await gateway.stop();
  await telemetry.close();
});
beforeEach(() => {
  gateway.backend.behaviour = {};
  gateway.backend.calls.length = 0;
  telemetry.forget();
});

const served = () => telemetry.spans.find(({ kind }) => kind === SpanKind.SERVER);
const sent = (method: string) => telemetry.spans.find(({ name }) => name.endsWith(`/${method}`));

/** The span of a request, once that has ended. */
const ended = () =>
  eventually(() => {
    const span = served();
    if (!span) throw new Error('no request has ended');
    return span;
  });

describe('a request', () => {
  it('is a span named after its route, and its calls are behind it', async () => {
    serveExchange(gateway);
    const answer = await gateway.send(PATH, { headers: cookieOf(specSecret()) });
    expect(answer.status).toBe(200);
    const request = await ended();
    const { traceId, spanId } = request.spanContext();
    expect(request.name).toBe(`GET ${ROUTE}`);
    expect(request.attributes).toEqual({
      'http.request.method': 'GET',
      'http.route': ROUTE,
      'http.response.status_code': 200,
    });
    for (const method of ['Exchange', 'GetResource']) {
      const call = sent(method);
      expect(call?.kind).toBe(SpanKind.CLIENT);
      expect(call?.parentSpanContext?.spanId).toBe(spanId);
      const [received] = gateway.backend.callsOf(method);
      expect(received?.metadata.get('traceparent')).toEqual([
        `00-${traceId}-${call?.spanContext().spanId}-01`,
      ]);
    }
    expect(await gateway.lineOf(answer)).toMatchObject({ trace_id: traceId, span_id: spanId });
  });

  it('that a caller does not want recorded is passed on as such', async () => {
    const traceId = 'ab'.repeat(16);
    const headers = { traceparent: `00-${traceId}-${'cd'.repeat(8)}-00` };
    const answer = await gateway.send(PATH, { accessToken: gateway.accessToken(), headers });
    expect(answer.status).toBe(200);
    expect(await gateway.lineOf(answer)).toMatchObject({ trace_id: traceId });
    const [received] = gateway.backend.callsOf('GetResource');
    expect(received?.metadata.get('traceparent')[0]).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-00$`));
    expect(telemetry.spans).toEqual([]);
  });

  it('that is refused has its reason, and is no error of the gateway', async () => {
    await gateway.send(PATH);
    const { attributes, status } = await ended();
    expect(attributes).toMatchObject({
      'http.response.status_code': 401,
      'gatehouse.reason': 'CREDENTIAL_MISSING',
    });
    expect(status.code).toBe(SpanStatusCode.UNSET);
  });

  it('that fails is an error without the text of its cause', async () => {
    gateway.backend.behaviour = {
      getResource: () => {
        throw new TypeError('canary-cause');
      },
    };
    const answer = await gateway.send(PATH, { accessToken: gateway.accessToken() });
    expect(answer.status).toBe(500);
    expect(await ended()).toMatchObject({ status: { code: SpanStatusCode.ERROR } });
    expect(sent('GetResource')?.status.code).toBe(SpanStatusCode.ERROR);
    const told = telemetry.spans.map(({ attributes, events }) => [attributes, events]);
    expect(JSON.stringify(told)).not.toContain('canary-cause');
  });

  it.each([
    ['of no route', '/canary/path', 'GET', 'GET'],
    ['of a method that nobody knows', PATH, 'PROPFIND', '_OTHER'],
  ])('%s has a name that strangers cannot choose', async (_what, path, method, name) => {
    await gateway.send(`${path}?canary=query`, { method });
    const request = await ended();
    expect(request.name).toBe(name);
    expect(JSON.stringify([request.name, request.attributes])).not.toContain('canary');
  });
});

describe('what is measured', () => {
  it('is how long requests and calls took', async () => {
    const labels = {
      'http.request.method': 'GET',
      'http.route': ROUTE,
      'http.response.status_code': 200,
    };
    const requests = () => telemetry.point('http.server.request.duration', labels);
    const measured = (await requests()).count;
    const call = { 'rpc.method': 'GetResource', 'rpc.response.status_code': 'OK' };
    const before = (await telemetry.point('rpc.client.call.duration', call)).count;
    const accessToken = gateway.accessToken();
    for (let count = 0; count < 3; count++)
      expect((await gateway.send(PATH, { accessToken })).status).toBe(200);
    await eventually(async () => expect((await requests()).count).toBe(measured + 3));
    expect((await telemetry.point('rpc.client.call.duration', call)).count).toBe(before + 3);
    expect(await telemetry.scrape()).not.toContain(ID);
  });

  it('is how many requests are under way', async () => {
    let open = () => undefined as void;
    const opened = new Promise<void>((resolve) => (open = resolve));
    gateway.backend.behaviour = { getResource: () => opened.then(() => specResource()) };
    const answer = gateway.send(PATH, { accessToken: gateway.accessToken() });
    const active = () => telemetry.point('http.server.active_requests', { 'http.request.method': 'GET' });
    await eventually(async () => expect((await active()).value).toBe(1));
    open();
    await answer;
    await eventually(async () => expect((await active()).value).toBe(0));
  });
});

// Last: a process has one gateway, and two tell of their requests under the same labels.
describe('a stream', () => {
  it('is a call that ends with its last reply', async () => {
    const feeds = await startFeedGateway();
    try {
      feeds.feed.behaviour.Watch = (call) => {
        call.write({ number: 1, text: 'a' });
      };
      const accessToken = feeds.accessToken();
      expect((await feeds.send('/v1/feeds/news:watch', { accessToken })).status).toBe(200);
      const request = await ended();
      expect(sent('Watch')?.parentSpanContext?.spanId).toBe(request.spanContext().spanId);
      expect(sent('Watch')?.attributes['rpc.response.status_code']).toBe('OK');
    } finally {
      await feeds.stop();
    }
  });
});
