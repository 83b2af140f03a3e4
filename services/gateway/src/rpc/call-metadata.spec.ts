import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startSpecGateway, type SpecGateway } from '../spec/spec-gateway.js';

const PATH = '/v1/resources/0190b0a0-0000-7000-8000-000000000001';
let gateway: SpecGateway;

beforeAll(async () => {
  gateway = await startSpecGateway();
});
afterAll(() => gateway.stop());

/** The metadata that a request's headers become. */
async function metadataOf(headers: Record<string, string>): Promise<Record<string, unknown>> {
  const answer = await gateway.send(PATH, { accessToken: gateway.accessToken(), headers });
  expect(answer.status).toBe(200);
  return gateway.backend.last.metadata.getMap();
}

describe('metadata', () => {
  it('holds these keys and no other, whatever a caller sends', async () => {
    const names = [
      ...[
        'x-user-id',
        'x-user-roles',
        'x-internal-caller',
        'x-principal',
        'x-forwarded-user',
        'x-subject',
        'subject',
      ],
      ...[
        'grpc-status',
        'grpc-encoding',
        'grpc-status-details-bin',
        'grpc-metadata-authorization',
        'grpc-tags-bin',
      ],
      ...[
        'x-forwarded-for',
        'forwarded',
        'x-real-ip',
        'x-client-address',
        'proxy-authorization',
        'cookie',
        'te',
        'keep-alive',
      ],
      ...['x-original-url', 'x-http-method-override', 'client-user-agent', 'content-type', 'baggage'],
    ];
    const forged = Object.fromEntries(names.map((name) => [name, name === 'te' ? 'trailers' : 'forged']));
    const metadata = await metadataOf(forged);
    expect(JSON.stringify(metadata)).not.toContain('forged');
    expect(
      Object.keys(metadata)
        .filter((key) => key !== 'user-agent')
        .sort(),
    ).toEqual(['authorization', 'traceparent', 'x-client-address', 'x-request-id']);
    expect(metadata['user-agent']).toMatch(/^grpc-node/);
  });

  it('names the request and says what the caller would like', async () => {
    const headers = { 'x-request-id': 'r-1', 'accept-language': 'de, en;q=0.5', 'user-agent': 'curl/8' };
    expect(await metadataOf(headers)).toMatchObject({
      'x-request-id': 'r-1',
      'accept-language': 'de, en;q=0.5',
      'client-user-agent': 'curl/8',
    });
  });

  it('continues a trace under a parent of its own', async () => {
    const trace = 'a'.repeat(32);
    const metadata = await metadataOf({
      traceparent: `00-${trace}-${'b'.repeat(16)}-01`,
      tracestate: 'vendor=1',
    });
    expect(metadata['traceparent']).toMatch(new RegExp(`^00-${trace}-[0-9a-f]{16}-01$`));
    expect(metadata['traceparent']).not.toContain('b'.repeat(16));
    expect(metadata['tracestate']).toBe('vendor=1');
  });

  it('begins a trace where there is none, and drops a state without one', async () => {
    const metadata = await metadataOf({ traceparent: 'nonsense', tracestate: 'vendor=1' });
    expect(metadata['traceparent']).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    expect(metadata).not.toHaveProperty('tracestate');
  });

  it('leaves out what metadata cannot carry', async () => {
    const metadata = await metadataOf({ 'user-agent': 'caf\u00e9', 'accept-language': 'x'.repeat(600) });
    expect(metadata).not.toHaveProperty('client-user-agent');
    expect(metadata).not.toHaveProperty('accept-language');
  });
});
