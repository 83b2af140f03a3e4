import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, SpanCollector, type CollectedSpan } from '@gatehouse/testing';
import { makeApiKey, withApiKey } from '../client/api-key.js';
import { signInAs, withSession } from '../client/browser-session.js';
import { linesOfRequest } from '../client/log-lines.js';
import { newPerson, withRole } from '../client/person.js';
import { RestClient, succeeded, type RestAnswer } from '../client/rest-client.js';
import { startOwnSystem, type OwnSystem } from '../system/own-system.js';
import { signInDemo } from '../system/system-facts.js';

let collector: SpanCollector;
let own: OwnSystem;
let rest: RestClient;
let asOwner: RestClient;
let asBrowser: RestClient;
let resource: string;
/** What must be in no span: who it is about, and what they wrote. */
let personal: readonly string[];

const QUERY = 'canary-query';
const TITLE = 'canary-title';

beforeAll(async () => {
  collector = await SpanCollector.start();
  const traced = { TRACES_URL: collector.url, TRACE_RATIO: 1 };
  own = await startOwnSystem({
    settings: async () => ({
      auth: { LIMIT_SCALE: 1_000, ...traced },
      users: traced,
      resources: traced,
      gateway: traced,
    }),
  });
  rest = new RestClient(own.addresses.gateway);
  const person = await withRole(rest, await signInDemo(own, 'admin'), await newPerson(rest, 'Tra'), 'editor');
  asOwner = rest.as(person.accessToken);
  resource = succeeded(await asOwner.post<{ id: string }>('/v1/resources', { title: TITLE })).id;
  asBrowser = withSession(rest, await signInAs(rest, person));
  personal = [person.subject, person.email, resource, TITLE, QUERY, '127.0.0.1'];
});
afterAll(async () => {
  await own?.[Symbol.asyncDispose]();
  await collector?.[Symbol.asyncDispose]();
});

/** A request of a name of its own, and the trace that it began. */
async function traced(
  face: RestClient,
  method: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  body?: unknown,
): Promise<{ answer: RestAnswer; requestId: string; traceId: string }> {
  const requestId = randomUUID();
  const answer = await face.request(method, path, body, { 'x-request-id': requestId, ...headers });
  const lines = await eventually(async () => {
    const found = await linesOfRequest(own.logFolder, requestId);
    expect(found.some(({ msg }) => msg === 'request')).toBe(true);
    return found;
  });
  return { answer, requestId, traceId: lines[0]?.trace_id ?? '' };
}

const spansOf = (traceId: string) => collector.spans.filter((span) => span.traceId === traceId);

/** The one span that this is true of. */
function only(
  spans: readonly CollectedSpan[],
  service: string,
  kind: string,
  name: string | RegExp,
): CollectedSpan {
  const found = spans.filter(
    (span) =>
      span.resource['service.name'] === service &&
      span.kind === kind &&
      (typeof name === 'string' ? span.name === name : name.test(span.name)),
  );
  if (found.length !== 1 || !found[0]) {
    throw new Error(
      `${found.length} ${kind} spans of ${service} are ${name}: ${spans.map((span) => span.name)}`,
    );
  }
  return found[0];
}

const EXCHANGE = 'gatehouse.auth.v1.TokenService/Exchange';
const UPDATE = 'gatehouse.resources.v1.ResourceService/UpdateResource';

describe('the trace of one request', () => {
  let traceId: string;
  let requestId: string;
  let spans: CollectedSpan[];
  beforeAll(async () => {
    const sent = await traced(asBrowser, 'PATCH', `/v1/resources/${resource}`, {}, { title: TITLE });
    succeeded(sent.answer);
    ({ traceId, requestId } = sent);
    spans = await eventually(() => {
      const found = spansOf(traceId);
      for (const service of ['gateway', 'auth', 'resources']) {
        expect(
          found.filter(({ resource: { 'service.name': name } }) => name === service).length,
        ).toBeGreaterThan(1);
      }
      only(found, 'gateway', 'SERVER', 'PATCH /v1/resources/{resource.id}');
      return found;
    });
  });

  it('goes from the gateway through the exchange at auth to its statements', () => {
    const request = only(spans, 'gateway', 'SERVER', /^PATCH /);
    const sent = only(spans, 'gateway', 'CLIENT', EXCHANGE);
    const served = only(spans, 'auth', 'SERVER', EXCHANGE);
    expect(request.parentSpanId).toBe('');
    expect(sent.parentSpanId).toBe(request.spanId);
    expect(served.parentSpanId).toBe(sent.spanId);
    expect(statementsBehind(served).length).toBeGreaterThan(0);
  });

  it('goes from the gateway through the call of resources to its statement', () => {
    const request = only(spans, 'gateway', 'SERVER', /^PATCH /);
    const sent = only(spans, 'gateway', 'CLIENT', UPDATE);
    const served = only(spans, 'resources', 'SERVER', UPDATE);
    expect(sent.parentSpanId).toBe(request.spanId);
    expect(served.parentSpanId).toBe(sent.spanId);
    // One statement decides whether it may be changed, changes it, and records that.
    const [statement] = statementsBehind(served);
    expect(statement?.attributes['db.query.text']).toContain('update resource');
  });

  it('is one piece: no span has a parent that is not there', () => {
    const ids = new Set(['', ...spans.map(({ spanId }) => spanId)]);
    expect(spans.filter(({ parentSpanId }) => !ids.has(parentSpanId))).toEqual([]);
  });

  it('is named by every line that was logged for it, with a span of it', async () => {
    const lines = await linesOfRequest(own.logFolder, requestId);
    expect(new Set(lines.map(({ service }) => service))).toEqual(new Set(['gateway', 'auth', 'resources']));
    const ids = spans.map(({ spanId }) => spanId);
    for (const line of lines) {
      expect(line.trace_id).toBe(traceId);
      expect(ids).toContain(line.span_id);
    }
  });

  it('tells of nobody, and nothing of what was said', async () => {
    const listed = await traced(asOwner, 'GET', `/v1/resources?filter.title=${QUERY}`);
    expect(listed.answer.status).toBe(200);
    await eventually(() => only(spansOf(listed.traceId), 'gateway', 'SERVER', 'GET /v1/resources'));
    const told = JSON.stringify(collector.spans);
    for (const text of personal) expect(told).not.toContain(text);
  });

  /** The statements that are behind a span, however far. */
  function statementsBehind({ spanId }: CollectedSpan): CollectedSpan[] {
    const children = spans.filter(({ parentSpanId }) => parentSpanId === spanId);
    return children.flatMap((child) => [
      ...('db.system.name' in child.attributes ? [child] : []),
      ...statementsBehind(child),
    ]);
  }
});

describe('a traceparent', () => {
  const parent = (flags: string) => {
    const traceId = randomUUID().replaceAll('-', '');
    return { traceId, traceparent: `00-${traceId}-0123456789abcdef-${flags}` };
  };
  const path = () => `/v1/resources/${resource}`;

  it('of a caller that records is gone on with', async () => {
    const { traceId, traceparent } = parent('01');
    const sent = await traced(asOwner, 'GET', path(), { traceparent });
    expect(sent).toMatchObject({ answer: { status: 200 }, traceId });
    const request = await eventually(() => only(spansOf(traceId), 'gateway', 'SERVER', /^GET /));
    expect(request.parentSpanId).toBe('0123456789abcdef');
  });

  it('of a caller that does not record names the lines and makes no span', async () => {
    const { traceId, traceparent } = parent('00');
    expect(await traced(asOwner, 'GET', path(), { traceparent })).toMatchObject({
      answer: { status: 200 },
      traceId,
    });
    // What comes later has arrived: so would have this.
    const later = await traced(asOwner, 'GET', path());
    await eventually(() => only(spansOf(later.traceId), 'resources', 'SERVER', /GetResource$/));
    expect(spansOf(traceId)).toEqual([]);
  });

  it.each([
    ['no hexadecimal digits', `00-${'zz'.repeat(16)}-0123456789abcdef-01`],
    ['zeros', `00-${'0'.repeat(32)}-${'0'.repeat(16)}-01`],
    ['1,000 characters', 'a'.repeat(1_000)],
    ['an unknown version', `ff-${'ab'.repeat(16)}-0123456789abcdef-01`],
    ['what could break a line', `00-${'ab'.repeat(16)}-0123456789abcdef-01"} {"level":"fatal`],
  ])('of %s is as none', async (_what, traceparent) => {
    const { answer, traceId } = await traced(asOwner, 'GET', path(), { traceparent });
    expect(answer.status).toBe(200);
    expect(traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(traceparent).not.toContain(traceId);
    await eventually(() => {
      const request = only(spansOf(traceId), 'gateway', 'SERVER', /^GET /);
      expect(request.parentSpanId).toBe('');
    });
  });
});

describe('a collector that is gone', () => {
  it('keeps nobody waiting, and no process from stopping', async () => {
    await collector[Symbol.asyncDispose]();
    const { secret } = await makeApiKey(asOwner, { permissions: ['resources:read'] });
    for (let turn = 0; turn < 20; turn++) {
      expect((await withApiKey(rest, secret).get(`/v1/resources/${resource}`)).status).toBe(200);
    }
    const asked = performance.now();
    await own.system.stop();
    // Calls in flight get 5 s, and the last spans 2 s, in processes that end side by side.
    expect(performance.now() - asked).toBeLessThan(30_000);
  });
});
