import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createGatehouseClient } from './gatehouse-client.js';

const ID = '0190b0a0-0000-7000-8000-000000000001';
const PROBLEM = { type: 'about:blank', title: 'Not Found', status: 404, detail: 'gone', code: 'NOT_FOUND' };
let server: Server;
let baseUrl: string;
/** What the server was asked last. */
let seen: Pick<IncomingMessage, 'method' | 'url' | 'headers'> & { body: string };

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const { method, url, headers } = request;
    let body = '';
    for await (const piece of request) body += String(piece);
    seen = { method, url, headers, body };
    const isRefused = method === 'DELETE';
    const contentType = isRefused ? 'application/problem+json' : 'application/json';
    response.writeHead(isRefused ? 404 : 200, { 'content-type': contentType });
    response.end(JSON.stringify(isRefused ? PROBLEM : { id: ID, title: 'Notes' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());

describe('the client', () => {
  it('puts path and query where the contract has them, with the access token of the moment', async () => {
    let turn = 0;
    const client = createGatehouseClient({ baseUrl, accessToken: () => `a.b.${++turn}` });
    const query = { pageSize: 7, 'filter.title': 'a b' };
    await client.GET('/v1/resources', { params: { query } });
    expect(seen).toMatchObject({ method: 'GET', url: '/v1/resources?pageSize=7&filter.title=a%20b' });
    const { data } = await client.GET('/v1/resources/{id}', { params: { path: { id: ID } } });
    expect(data?.title).toBe('Notes');
    expect(seen.url).toBe(`/v1/resources/${ID}`);
    expect(seen.headers.authorization).toBe('Bearer a.b.2');
  });

  it('sends bodies as JSON, and no credential without one', async () => {
    const client = createGatehouseClient({ baseUrl, accessToken: () => undefined });
    await client.POST('/v1/auth/login', { body: { email: 'a@b.test', password: 'x' } });
    expect(seen).toMatchObject({ method: 'POST', body: '{"email":"a@b.test","password":"x"}' });
    expect(seen.headers['content-type']).toBe('application/json');
    expect(seen.headers).not.toHaveProperty('authorization');
  });

  it('lets no browser add a cookie to an access token', async () => {
    const asked: Request[] = [];
    const fetch = (request: Request) => {
      asked.push(request);
      return globalThis.fetch(request);
    };
    const token = createGatehouseClient({ baseUrl, fetch, accessToken: () => 'a.b.c' });
    await token.POST('/v1/auth/logout', { body: { refreshToken: 'x' } });
    expect(seen.body).toBe('{"refreshToken":"x"}');
    await createGatehouseClient({ baseUrl, fetch }).GET('/v1/resources');
    expect(asked.map(({ credentials }) => credentials)).toEqual(['omit', 'same-origin']);
  });

  it('resolves a refusal to its problem', async () => {
    const client = createGatehouseClient({ baseUrl });
    const path = { id: ID };
    const { data, error, response } = await client.DELETE('/v1/resources/{id}', { params: { path } });
    expect(data).toBeUndefined();
    expect(error).toEqual(PROBLEM);
    expect(response.status).toBe(404);
  });
});
