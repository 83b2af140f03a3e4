import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { status } from '@grpc/grpc-js';
import { AppError, platformReasons } from '@gatehouse/errors';
import { createSigningKey } from '@gatehouse/testing';
import { SESSION_COOKIE } from '@gatehouse/session-cookie';
import { SpecBackend } from '../spec/spec-backend.js';
import {
  cookieOf,
  credentialInvalid,
  serveExchange,
  specApiKey,
  specSecret,
} from '../spec/spec-credentials.js';
import { jsonBody, SPEC_SUBJECT, startSpecGateway, type SpecGateway } from '../spec/spec-gateway.js';

const ID = '0190b0a0-0000-7000-8000-000000000001';
const PATH = `/v1/resources/${ID}`;
let gateway: SpecGateway;

beforeAll(async () => {
  gateway = await startSpecGateway();
});
afterAll(() => gateway.stop());
beforeEach(() => {
  gateway.backend.behaviour = {};
  serveExchange(gateway);
  gateway.backend.calls.length = 0;
});

const read = (secret: string) => gateway.send(PATH, { headers: cookieOf(secret) });
const exchanges = () => gateway.backend.callsOf('Exchange').length;
const presented = (at: number) =>
  gateway.backend.callsOf('GetResource')[at]?.metadata.get('authorization')[0];

describe('a session', () => {
  it('is exchanged once for many requests', async () => {
    const secret = specSecret();
    for (let count = 0; count < 3; count++) expect((await read(secret)).status).toBe(200);
    expect(exchanges()).toBe(1);
    const answer = await read(secret);
    expect(await gateway.lineOf(answer)).toMatchObject({
      credential: 'session',
      principal_sub: SPEC_SUBJECT,
    });
  });

  it('is exchanged once for a hundred requests at the same time', async () => {
    const secret = specSecret();
    const answers = await Promise.all(Array.from({ length: 100 }, () => read(secret)));
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([200]));
    expect(exchanges()).toBe(1);
  });

  it('is exchanged with what auth asks about its client', async () => {
    const trace = 'a'.repeat(32);
    const headers = {
      ...cookieOf(specSecret()),
      'user-agent': 'spec/1',
      traceparent: `00-${trace}-${'b'.repeat(16)}-01`,
    };
    await gateway.send(PATH, { headers });
    const metadata = gateway.backend.callsOf('Exchange')[0]?.metadata.getMap();
    expect(metadata).toMatchObject({ 'x-client-address': '127.0.0.1', 'client-user-agent': 'spec/1' });
    expect(metadata?.['traceparent']).toContain(trace);
    expect(metadata).not.toHaveProperty('authorization');
    expect(metadata).not.toHaveProperty('cookie');
  });

  it('is good at every gateway', async () => {
    const address = `127.0.0.1:${gateway.backendPort}`;
    const other = await startSpecGateway({
      GATEHOUSE_AUTH_ADDRESS: address,
      GATEHOUSE_USERS_ADDRESS: address,
      GATEHOUSE_RESOURCES_ADDRESS: address,
    });
    try {
      const secret = specSecret();
      for (const { send } of [gateway, other, gateway, other]) {
        expect((await send(PATH, { headers: cookieOf(secret) })).status).toBe(200);
      }
      expect(exchanges()).toBe(2);
    } finally {
      await other.stop();
    }
  });
});

describe('an access token that the gateway refuses', () => {
  it('is exchanged for another one once, and no more', async () => {
    const stranger = createSigningKey();
    const good = gateway.backend.behaviour.exchange;
    const bad = { accessToken: stranger.sign({ sub: 'x' }), tokenType: 'Bearer', expiresIn: 300 };
    gateway.backend.behaviour.exchange = (request) =>
      exchanges() === 1 || !good ? { ...bad, refreshToken: '', scope: '' } : good(request);
    expect((await read(specSecret())).status).toBe(200);
    expect(exchanges()).toBe(2);
    gateway.backend.behaviour.exchange = () => ({ ...bad, refreshToken: '', scope: '' });
    expect((await read(specSecret())).json).toMatchObject({ status: 401, reason: 'UNAUTHENTICATED' });
    expect(exchanges()).toBe(4);
  });
});

describe('an access token that a service refuses', () => {
  const revoke = () => {
    const refused = new Set<unknown>();
    gateway.backend.behaviour.getResource = () => {
      const [token] = gateway.backend.last.metadata.get('authorization');
      if (refused.size === 0) refused.add(token);
      if (refused.has(token)) throw platformReasons.UNAUTHENTICATED();
      throw new AppError({ code: status.NOT_FOUND, reason: 'RESOURCE_NOT_FOUND', message: 'none' });
    };
  };

  it('is exchanged for another one, and the call made once more', async () => {
    revoke();
    const secret = specSecret();
    expect((await read(secret)).json).toMatchObject({ reason: 'RESOURCE_NOT_FOUND' });
    expect(exchanges()).toBe(2);
    expect(gateway.backend.callsOf('GetResource')).toHaveLength(2);
    expect(presented(0)).not.toBe(presented(1));
    await read(secret);
    expect(exchanges()).toBe(2);
  });

  it('is the end of it when auth refuses the credential', async () => {
    revoke();
    const good = gateway.backend.behaviour.exchange;
    gateway.backend.behaviour.exchange = (request) => {
      if (exchanges() > 1 || !good) throw credentialInvalid();
      return good(request);
    };
    expect(await read(specSecret())).toMatchObject({ status: 401, json: { reason: 'UNAUTHENTICATED' } });
    expect(gateway.backend.callsOf('GetResource')).toHaveLength(1);
  });

  it('is tried twice and not for ever', async () => {
    gateway.backend.behaviour.getResource = () => {
      throw platformReasons.UNAUTHENTICATED();
    };
    expect((await read(specSecret())).status).toBe(401);
    expect(gateway.backend.callsOf('GetResource')).toHaveLength(2);
  });

  it('is refused to who brought it', async () => {
    revoke();
    expect((await gateway.send(PATH, { accessToken: gateway.accessToken() })).status).toBe(401);
    expect(gateway.backend.callsOf('GetResource')).toHaveLength(1);
  });

  it('is another matter than a refusal of the handler', async () => {
    gateway.backend.behaviour.getResource = () => {
      throw credentialInvalid();
    };
    expect((await read(specSecret())).json).toMatchObject({ reason: 'CREDENTIAL_INVALID' });
    expect(gateway.backend.callsOf('GetResource')).toHaveLength(1);
    expect(exchanges()).toBe(1);
  });
});

describe('what auth says', () => {
  it('to too many attempts goes to the caller, and is asked again', async () => {
    gateway.backend.behaviour.exchange = () => {
      throw new AppError({
        code: status.RESOURCE_EXHAUSTED,
        reason: 'TOO_MANY_ATTEMPTS',
        domain: 'auth.gatehouse.dev',
        message: 'too many attempts',
        retryAfterMs: 7_000,
      });
    };
    const headers = { 'x-api-key': specApiKey() };
    const answer = await gateway.send(PATH, { headers });
    expect(answer).toMatchObject({ status: 429, json: { reason: 'TOO_MANY_ATTEMPTS' } });
    expect(answer.headers['retry-after']).toBe('7');
    await gateway.send(PATH, { headers });
    expect(exchanges()).toBe(2);
  });

  it('is an outage when auth is away: kept credentials go on, others are 503', async () => {
    const { backend, port } = await SpecBackend.start([gateway.key.jwk]);
    const split = await startSpecGateway({ GATEHOUSE_AUTH_ADDRESS: `127.0.0.1:${port}` });
    try {
      backend.behaviour.exchange = gateway.backend.behaviour.exchange ?? backend.behaviour.exchange;
      const secret = specSecret();
      const send = (known: string) => split.send(PATH, { headers: cookieOf(known) });
      expect((await send(secret)).status).toBe(200);
      backend.kill();
      expect((await send(secret)).status).toBe(200);
      const unknown = await send(specSecret());
      expect(unknown).toMatchObject({ status: 503, json: { code: 'UNAVAILABLE' } });
      expect(unknown.headers['retry-after']).toBe('1');
      expect(unknown.headers).not.toHaveProperty('www-authenticate');
    } finally {
      backend.kill();
      await split.stop();
    }
  });
});

describe('rules on credentials', () => {
  it('refuse a key where a person has to sign in', async () => {
    const answer = await gateway.send('/v1/sessions/current', {
      method: 'DELETE',
      headers: { 'x-api-key': specApiKey() },
    });
    expect(answer).toMatchObject({ status: 403, json: { reason: 'CREDENTIAL_NOT_ADMITTED' } });
  });

  it('ask for a more recent sign-in, and say how recent (RFC 9470)', async () => {
    serveExchange(gateway, { claims: { auth_time: Math.floor(Date.now() / 1_000) - 1_000 } });
    const body = jsonBody({ displayName: 'ci', permissions: ['resources:read'] });
    const headers = { ...body.headers, ...cookieOf(specSecret()) };
    const answer = await gateway.send('/v1/apiKeys', { method: 'POST', body: body.body, headers });
    expect(answer).toMatchObject({
      status: 401,
      json: { reason: 'SIGN_IN_TOO_OLD', metadata: { max_age: '900' } },
    });
    expect(answer.headers['www-authenticate']).toBe(
      'Bearer realm="gatehouse", error="insufficient_user_authentication", max_age="900"',
    );
  });
});

it('no log line holds a secret', async () => {
  const [session, key, made] = [specSecret(), specApiKey(), specSecret()];
  gateway.backend.behaviour.createSession = () => ({ session: undefined, sessionSecret: made });
  const body = jsonBody({ email: 'a@b.test', password: 'correct horse battery' });
  await gateway.send('/v1/sessions', { method: 'POST', ...body });
  const answers = [await read(session), await gateway.send(PATH, { headers: { 'x-api-key': key } })];
  answers.push(await gateway.send(PATH, { headers: { 'x-api-key': key, ...cookieOf(session) } }));
  gateway.backend.behaviour.exchange = () => {
    throw new Error(`a fault at ${session}`);
  };
  const [unknown, unknownKey] = [specSecret(), specApiKey()];
  answers.push(await read(unknown), await gateway.send(PATH, { headers: { 'x-api-key': unknownKey } }));
  for (const answer of answers) await gateway.lineOf(answer);
  const log = JSON.stringify(gateway.logLines);
  for (const secret of [session, key, made, unknown, unknownKey]) expect(log).not.toContain(secret);
  expect(log).not.toContain(SESSION_COOKIE);
  expect(log).not.toContain('correct horse');
});
