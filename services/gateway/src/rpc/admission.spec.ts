import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createSigningKey } from '@gatehouse/testing';
import { SPEC_SUBJECT, startSpecGateway, type SpecAnswer, type SpecGateway } from '../spec/spec-gateway.js';

const PATH = '/v1/resources/0190b0a0-0000-7000-8000-000000000001';
let gateway: SpecGateway;

beforeAll(async () => {
  gateway = await startSpecGateway();
});
afterAll(() => gateway.stop());

/** What a caller can tell two refusals apart by: everything but the request's own ID and the time. */
function comparable({ status, headers, json }: SpecAnswer): string {
  const { date: _date, 'x-request-id': _id, ...rest } = headers;
  return JSON.stringify({ status, rest, json: { ...json, request_id: '' } });
}

describe('a protected route', () => {
  it('refuses a request without an access token, and says which scheme it wants', async () => {
    const before = gateway.backend.calls.length;
    const answer = await gateway.send(PATH);
    expect(answer).toMatchObject({
      status: 401,
      json: { code: 'UNAUTHENTICATED', reason: 'UNAUTHENTICATED' },
    });
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="gatehouse"');
    expect(gateway.backend.calls).toHaveLength(before);
    expect((await gateway.lineOf(answer))['reason']).toBe('CREDENTIAL_MISSING');
  });

  it('refuses every bad access token with one and the same answer', async () => {
    const now = Math.floor(Date.now() / 1000);
    const good = gateway.accessToken();
    const [header, payload, signature] = good.split('.') as [string, string, string];
    const bad = [
      'x',
      'a.b.c',
      `${good}x`,
      `${good}=`,
      `${header}.${payload}.`,
      `${payload}.${header}.${signature}`,
      gateway.accessToken('resources:read', { exp: now - 60, iat: now - 360 }),
      gateway.accessToken('resources:read', { aud: 'resources' }),
      gateway.accessToken('resources:read', { iss: 'https://other.test' }),
      gateway.accessToken('resources:read', { sub: '' }),
      createSigningKey().sign({ sub: 'x' }),
      'x'.repeat(9_000),
    ];
    const answers = [];
    for (const accessToken of bad) answers.push(await gateway.send(PATH, { accessToken }));
    expect(new Set(answers.map(comparable)).size).toBe(1);
    expect(answers[0]?.status).toBe(401);
    expect(answers[0]?.headers['www-authenticate']).toBe('Bearer realm="gatehouse", error="invalid_token"');
    const reasons = await Promise.all(
      answers.map(async (answer) => (await gateway.lineOf(answer))['reason']),
    );
    expect(new Set(reasons).size).toBeGreaterThan(4);
  });

  it.each([
    ['another scheme', 'Basic dTpw'],
    ['no scheme', 'token'],
    ['two spaces', 'Bearer  token'],
    ['an empty credential', 'Bearer '],
  ])('refuses %s', async (_name, authorization) => {
    const answer = await gateway.send(PATH, { headers: { authorization } });
    expect(answer).toMatchObject({ status: 401, json: { reason: 'UNAUTHENTICATED' } });
  });

  it('never reads an access token from the query or a form', async () => {
    const accessToken = gateway.accessToken('resources:read resources:write');
    const query = await gateway.send(`${PATH}?access_token=${accessToken}`);
    expect(query.status).toBe(401);
    const form = await gateway.send('/v1/resources', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: `access_token=${accessToken}`,
    });
    expect(form.status).toBe(401);
    const both = await gateway.send(`${PATH}?access_token=x`, { accessToken });
    expect(both).toMatchObject({ status: 400, json: { reason: 'PARAMETER_UNKNOWN' } });
  });

  it('refuses a scope without the permission, and names it', async () => {
    const answer = await gateway.send(PATH, {
      method: 'DELETE',
      accessToken: gateway.accessToken('resources:read'),
    });
    expect(answer).toMatchObject({
      status: 403,
      json: { reason: 'PERMISSION_MISSING', metadata: { permission: 'resources:delete' } },
    });
    expect(answer.headers['www-authenticate']).toBe(
      'Bearer realm="gatehouse", error="insufficient_scope", scope="resources:delete"',
    );
    expect(await gateway.lineOf(answer)).toMatchObject({
      principal_sub: SPEC_SUBJECT,
      reason: 'PERMISSION_MISSING',
    });
  });

  it('refuses a service where a user is asked for', async () => {
    const service = { sub: 'users', client_id: 'users', sid: undefined };
    const answer = await gateway.send(PATH, { accessToken: gateway.accessToken('resources:read', service) });
    expect(answer).toMatchObject({ status: 403, json: { reason: 'CALLER_NOT_ADMITTED' } });
  });

  it('decides before it looks at the request', async () => {
    const answer = await gateway.send('/v1/resources', {
      method: 'POST',
      body: '{',
      headers: { 'content-type': 'x/y' },
    });
    expect(answer.status).toBe(401);
  });
});

it('is an outage, and no refusal, when the key set was never had', async () => {
  const lonely = await startSpecGateway({ GATEHOUSE_AUTH_ADDRESS: '127.0.0.1:1' });
  try {
    const answer = await lonely.send(PATH, { accessToken: lonely.accessToken() });
    expect(answer).toMatchObject({ status: 503, json: { code: 'UNAVAILABLE', reason: 'KEYS_UNAVAILABLE' } });
    expect(answer.headers['retry-after']).toBe('1');
    const health = await fetch(`http://127.0.0.1:${lonely.healthPort}/readyz`);
    expect(health.status).toBe(503);
    expect(await health.json()).toMatchObject({ failing: ['issuer'] });
    expect((await fetch(`http://127.0.0.1:${lonely.healthPort}/livez`)).status).toBe(200);
  } finally {
    await lonely.stop();
  }
});
