import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { status } from '@grpc/grpc-js';
import { AppError } from '@gatehouse/errors';
import { eventually } from '@gatehouse/testing';
import { specResource } from '../spec/spec-backend.js';
import { jsonBody, startSpecGateway, type SpecGateway } from '../spec/spec-gateway.js';

const ID = '0190b0a0-0000-7000-8000-000000000001';
let gateway: SpecGateway;

beforeAll(async () => {
  gateway = await startSpecGateway();
});
afterAll(() => gateway.stop());
afterEach(() => {
  gateway.backend.behaviour = {};
});

describe('a route of the contract', () => {
  it('becomes a call and its reply', async () => {
    const accessToken = gateway.accessToken();
    const answer = await gateway.send(`/v1/resources/${ID}`, { accessToken });
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('application/json');
    expect(answer.json).toMatchObject({
      id: ID,
      title: 'Notes',
      visibility: 'VISIBILITY_PRIVATE',
      etag: 'v1',
    });
    expect(gateway.backend.last.request).toEqual({ id: ID });
    expect(gateway.backend.last.metadata.get('authorization')).toEqual([`Bearer ${accessToken}`]);
  });

  it('takes its query parameters', async () => {
    const accessToken = gateway.accessToken();
    const answer = await gateway.send('/v1/resources?pageSize=7&filter.title=a+b&orderBy=title', {
      accessToken,
    });
    expect(answer.status).toBe(200);
    expect(gateway.backend.last.request).toMatchObject({
      pageSize: 7,
      orderBy: 'title',
      filter: { title: 'a b' },
    });
  });

  it('takes its body', async () => {
    const accessToken = gateway.accessToken('resources:write');
    const body = jsonBody({ title: 'New', visibility: 'VISIBILITY_INTERNAL' });
    const answer = await gateway.send('/v1/resources', { method: 'POST', accessToken, ...body });
    expect(answer.status).toBe(200);
    expect(answer.json).toMatchObject({ title: 'New', visibility: 'VISIBILITY_INTERNAL' });
  });

  it('needs no credential when its method is public, and sends none on', async () => {
    gateway.backend.behaviour.login = () => ({
      accessToken: 'a',
      tokenType: 'Bearer',
      expiresIn: 300,
      refreshToken: 'r',
      scope: '',
    });
    const body = jsonBody({ email: 'a@b.test', password: 'x' });
    const headers = { ...body.headers, authorization: 'Bearer left.over.text' };
    const answer = await gateway.send('/v1/auth/login', { method: 'POST', ...body, headers });
    expect(answer.status).toBe(200);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.json).toMatchObject({ accessToken: 'a' });
    expect(gateway.backend.last.metadata.get('authorization')).toEqual([]);
  });

  it('changes with PATCH the fields that its body holds, null included, unless told which', async () => {
    const send = (path: string) =>
      gateway.send(path, {
        method: 'PATCH',
        accessToken: gateway.accessToken('resources:write'),
        ...jsonBody({ title: 'New', content: null, etag: 'v1', owner: 'read before' }),
      });
    expect((await send(`/v1/resources/${ID}`)).status).toBe(200);
    expect(gateway.backend.last.request).toMatchObject({
      resource: { id: ID, title: 'New', content: '', etag: 'v1' },
    });
    expect(gateway.backend.last.request).toMatchObject({ updateMask: ['content', 'title'] });
    expect((await send(`/v1/resources/${ID}?updateMask=title`)).status).toBe(200);
    expect(gateway.backend.last.request).toMatchObject({ updateMask: ['title'] });
  });

  it('is not there for a method without an annotation', async () => {
    const body = jsonBody({});
    const answer = await gateway.send('/gatehouse.auth.v1.TokenService/IssueServiceToken', {
      method: 'POST',
      ...body,
    });
    expect(answer).toMatchObject({ status: 404, json: { reason: 'ROUTE_UNKNOWN' } });
  });

  it('answers HEAD like GET without a body', async () => {
    const accessToken = gateway.accessToken();
    const answer = await gateway.send(`/v1/resources/${ID}`, { method: 'HEAD', accessToken });
    expect(answer).toMatchObject({ status: 200, text: '' });
    expect(Number(answer.headers['content-length'])).toBeGreaterThan(100);
  });
});

describe('the key set', () => {
  it('is a JWK Set and may be kept for a minute', async () => {
    const answer = await gateway.send('/.well-known/jwks.json');
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({ keys: [gateway.key.jwk] });
    expect(answer.headers['cache-control']).toBe('public, max-age=60');
  });
});

describe('entity tags', () => {
  it('go out, and spare a body that is known', async () => {
    const accessToken = gateway.accessToken();
    const answer = await gateway.send(`/v1/resources/${ID}`, { accessToken });
    expect(answer.headers.etag).toBe('"v1"');
    const again = await gateway.send(`/v1/resources/${ID}`, {
      accessToken,
      headers: { 'if-none-match': '"v1"' },
    });
    expect(again).toMatchObject({ status: 304, text: '' });
    const changed = await gateway.send(`/v1/resources/${ID}`, {
      accessToken,
      headers: { 'if-none-match': '"v0"' },
    });
    expect(changed.status).toBe(200);
  });

  it.each([
    ['"v1"', 200],
    ['"v0", "v1"', 200],
    ['"v1--br"', 200],
    ['*', 200],
    ['"v0"', 412],
    ['W/"v1"', 412],
    ['v1', 412],
    ['', 412],
  ])('hold back a read that wants another one: If-Match: %s is %i', async (ifMatch, expected) => {
    const accessToken = gateway.accessToken();
    for (const method of ['GET', 'HEAD']) {
      // It is looked at before the other condition (RFC 9110, section 13.2.2).
      const headers = { 'if-match': ifMatch, ...(expected === 412 ? { 'if-none-match': '"v1"' } : {}) };
      const answer = await gateway.send(`/v1/resources/${ID}`, { method, accessToken, headers });
      expect(answer.status).toBe(expected);
      if (method === 'GET' && expected === 412)
        expect(answer.json).toMatchObject({ reason: 'ETAG_MISMATCH' });
    }
  });

  it('are refused as a condition of a read that has none', async () => {
    const headers = { 'if-match': '"v1"' };
    const answer = await gateway.send('/v1/resources', { accessToken: gateway.accessToken(), headers });
    expect(answer).toMatchObject({ status: 400, json: { reason: 'IF_MATCH_UNSUPPORTED' } });
  });

  it('come in as If-Match, and a stale one is 412', async () => {
    gateway.backend.behaviour.updateResource = () => {
      throw new AppError({ code: status.ABORTED, reason: 'ETAG_MISMATCH', message: 'changed since' });
    };
    const body = jsonBody({ title: 'x' });
    const headers = { ...body.headers, 'if-match': '"v0"' };
    const accessToken = gateway.accessToken('resources:write');
    const answer = await gateway.send(`/v1/resources/${ID}`, {
      method: 'PATCH',
      accessToken,
      ...body,
      headers,
    });
    expect(answer).toMatchObject({
      status: 412,
      json: { code: 'ABORTED', reason: 'ETAG_MISMATCH', status: 412 },
    });
    expect(gateway.backend.last.request).toMatchObject({ resource: { id: ID, etag: 'v0', title: 'x' } });
  });
});

describe('a failed call', () => {
  it('is a problem with everything the service said', async () => {
    gateway.backend.behaviour.getResource = () => {
      throw new AppError({
        code: status.RESOURCE_EXHAUSTED,
        reason: 'QUOTA_USED',
        domain: 'resources.gatehouse.dev',
        message: 'enough for today',
        metadata: { limit: '5' },
        violations: [{ field: 'id', description: 'seen before' }],
        retryAfterMs: 1_200,
      });
    };
    const answer = await gateway.send(`/v1/resources/${ID}`, { accessToken: gateway.accessToken() });
    expect(answer.status).toBe(429);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.headers['retry-after']).toBe('2');
    expect(answer.json).toEqual({
      type: 'about:blank',
      title: 'Too Many Requests',
      status: 429,
      detail: 'enough for today',
      code: 'RESOURCE_EXHAUSTED',
      reason: 'QUOTA_USED',
      domain: 'resources.gatehouse.dev',
      metadata: { limit: '5' },
      violations: [expect.objectContaining({ field: 'id', description: 'seen before' })],
      request_id: answer.headers['x-request-id'],
    });
  });

  it('keeps what a service says without details to itself', async () => {
    gateway.backend.behaviour.getResource = () => {
      // eslint-disable-next-line no-throw-literal
      throw { code: status.UNKNOWN, details: 'relation "secret" does not exist', metadata: null };
    };
    const answer = await gateway.send(`/v1/resources/${ID}`, { accessToken: gateway.accessToken() });
    expect(answer).toMatchObject({ status: 500, json: { code: 'INTERNAL', reason: 'INTERNAL' } });
    expect(answer.text).not.toContain('secret');
    expect((await gateway.lineOf(answer))['level']).toBe('error');
  });

  it('is 504 when it takes longer than the caller allows', async () => {
    gateway.backend.behaviour.getResource = () => new Promise(() => undefined);
    for (const [name, value] of [
      ['x-request-timeout', '0.1'],
      ['grpc-timeout', '100m'],
    ] as const) {
      const headers = { [name]: value };
      const answer = await gateway.send(`/v1/resources/${ID}`, {
        accessToken: gateway.accessToken(),
        headers,
      });
      expect(answer).toMatchObject({ status: 504, json: { code: 'DEADLINE_EXCEEDED' } });
    }
  });
});

describe('the deadline', () => {
  const remaining = async (headers: Record<string, string>) => {
    const answer = await gateway.send(`/v1/resources/${ID}`, { accessToken: gateway.accessToken(), headers });
    expect(answer.status).toBe(200);
    return gateway.backend.last.remainingMs;
  };

  it('is always set, and no caller lifts it above the cap', async () => {
    expect(await remaining({})).toBeLessThanOrEqual(10_000);
    expect(await remaining({ 'x-request-timeout': '20' })).toBeGreaterThan(10_000);
    expect(await remaining({ 'grpc-timeout': '99999999H' })).toBeLessThanOrEqual(30_000);
  });

  it('must be a number', async () => {
    const headers = { 'x-request-timeout': 'soon' };
    const answer = await gateway.send(`/v1/resources/${ID}`, { accessToken: gateway.accessToken(), headers });
    expect(answer).toMatchObject({ status: 400, json: { reason: 'TIMEOUT_MALFORMED' } });
  });
});

describe('a caller that goes', () => {
  it('does not cancel the call behind it, and is logged as gone', async () => {
    let finished!: () => void;
    const done = new Promise<void>((resolve) => (finished = resolve));
    let entered!: () => void;
    const inside = new Promise<void>((resolve) => (entered = resolve));
    gateway.backend.behaviour.getResource = async () => {
      entered();
      await done;
      return specResource();
    };
    const abort = new AbortController();
    const headers = { authorization: `Bearer ${gateway.accessToken()}`, 'x-request-id': 'goes-early' };
    const gone = fetch(`${gateway.url}/v1/resources/${ID}`, { headers, signal: abort.signal });
    await inside;
    const { cancelled } = gateway.backend.last;
    abort.abort();
    await expect(gone).rejects.toThrow();
    await eventually(() => {
      const line = gateway.logLines.find(
        ({ request_id, msg }) => request_id === 'goes-early' && msg === 'request',
      );
      expect(line).toMatchObject({ http_status: 499 });
    });
    expect(cancelled()).toBe(false);
    finished();
  });
});

it('answers 503 while the backend is away, and 200 once it is back', async () => {
  const own = await startSpecGateway();
  try {
    const accessToken = own.accessToken();
    expect((await own.send(`/v1/resources/${ID}`, { accessToken })).status).toBe(200);
    own.backend.kill();
    const away = await own.send(`/v1/resources/${ID}`, { accessToken });
    expect(away).toMatchObject({ status: 503, json: { reason: 'PEER_UNAVAILABLE' } });
    expect(away.headers['retry-after']).toBe('1');
    expect(away.text).not.toContain('127.0.0.1');
    const refused = await own.send(`/v1/resources/${ID}`, { accessToken: `${accessToken}x` });
    expect(refused).toMatchObject({ status: 401, json: { code: 'UNAUTHENTICATED' } });
    await own.backend.restart(own.backendPort);
    await eventually(async () => {
      expect((await own.send(`/v1/resources/${ID}`, { accessToken })).status).toBe(200);
    });
  } finally {
    await own.stop();
  }
});
