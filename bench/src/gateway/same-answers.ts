import { isDeepStrictEqual } from 'node:util';
import { GetResourceRequest, ListResourcesRequest } from '@gatehouse/contracts/resources';
import { createIssuer, SUBJECT, type Issuer } from '../guard/issuer.js';
import type { Peer } from '../peer.js';
import type { Gateway } from './contestants.js';
import { bodies, LISTED, REQUESTS, RESOURCE_ID, type RequestName } from './resources.js';
import type { SeenCall } from './static-grpc.js';

/** What the backend must be asked, in wire format. */
const MESSAGES: Readonly<Record<RequestName, Uint8Array>> = {
  get: GetResourceRequest.encode({ id: RESOURCE_ID }).finish(),
  list: ListResourcesRequest.encode({
    pageSize: LISTED,
    pageToken: '',
    filter: undefined,
    orderBy: '',
  }).finish(),
};

/**
 * Sees that a gateway does what the others do: asks the backend the same in the caller's name, answers the same, and
 * refuses who may not call.
 *
 * @throws Error saying what it does otherwise
 */
export async function requireSameAnswers(gateway: Gateway, issuer: Issuer, backend: Peer): Promise<void> {
  const [authorization = ''] = issuer.authorizations(SUBJECT, 1);
  const expected = bodies();
  await backend.ask('remember', true);
  for (const name of ['get', 'list'] as const) {
    const response = await send(gateway, name, authorization);
    const body: unknown = await response.json();
    if (response.status !== 200 || !isDeepStrictEqual(body, expected[name]))
      throw new Error(`${gateway.name} answers ${name} with ${response.status}: ${JSON.stringify(body)}`);
    if (gateway.verifies) requireSameCall(gateway, name, authorization, await backend.ask<SeenCall>('seen'));
  }
  await backend.ask('remember', false);
  if (!gateway.verifies) return;
  for (const [caller, status, refused] of callersToRefuse(issuer, authorization)) {
    const response = await send(gateway, 'get', refused);
    if (response.status !== status)
      throw new Error(`${gateway.name} answers a caller with ${caller} with ${response.status}`);
  }
}

function requireSameCall(gateway: Gateway, name: RequestName, authorization: string, call: SeenCall): void {
  const expected = Buffer.from(MESSAGES[name]).toString('base64');
  const isSame =
    call.path.endsWith(`/${REQUESTS[name].method}`) &&
    call.message === expected &&
    call.headers.authorization === authorization;
  if (!isSame) throw new Error(`${gateway.name} asks the backend otherwise: ${JSON.stringify(call)}`);
}

function callersToRefuse(
  issuer: Issuer,
  good: string,
): [caller: string, status: number, authorization: string][] {
  const past = Math.floor(Date.now() / 1_000) - 3_600;
  const of = (claims: Parameters<Issuer['authorization']>[1]) => issuer.authorization(SUBJECT, claims);
  const [stranger = ''] = createIssuer().authorizations(SUBJECT, 1);
  return [
    ['no access token', 401, ''],
    ["a stranger's access token", 401, stranger],
    ['another signature', 401, good.replace(/.{8}$/, 'AAAAAAAA')],
    ['an expired access token', 401, of({ iat: past - 300, exp: past })],
    ['an access token for another audience', 401, of({ aud: 'another' })],
    ['an access token of another issuer', 401, of({ iss: 'https://another.example' })],
    ['an access token without the permission', 403, of({ scope: 'users:read' })],
  ];
}

function send({ port }: Gateway, name: RequestName, authorization: string): Promise<Response> {
  const headers: Record<string, string> = authorization === '' ? {} : { authorization };
  return fetch(`http://127.0.0.1:${port}${REQUESTS[name].path}`, { headers });
}
