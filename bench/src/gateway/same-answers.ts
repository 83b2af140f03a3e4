import { isDeepStrictEqual } from 'node:util';
import { createIssuer, SUBJECT, type Issuer } from '../guard/issuer.js';
import type { Peer } from '../peer.js';
import { ask, type Asked } from './ask.js';
import { expectedBy } from './protocols.js';
import { messages, REQUESTS, type RequestName } from './resources.js';
import type { SeenCall } from './static-grpc.js';

/** Whom all are asked the same. */
export interface Compared extends Asked {
  readonly name: string;
  /** Whether it verifies access tokens: a plain proxy does not. */
  readonly verifies: boolean;
}

/**
 * Sees that one does what the others do: answers the same, and refuses who may not call.
 *
 * @throws Error saying what it does otherwise
 */
export async function requireSameAnswers(one: Compared, issuer: Issuer): Promise<void> {
  const [authorization = ''] = issuer.authorizations(SUBJECT, 1);
  for (const name of ['get', 'list'] as const) await requireAnswer(one, name, authorization);
  if (!one.verifies) return;
  for (const [caller, expected, refused] of callersToRefuse(issuer, authorization)) {
    const { status } = await ask(one, 'get', refused);
    if (status !== expected) throw new Error(`${one.name} answers a caller with ${caller} with ${status}`);
  }
}

/**
 * Sees that one asks the backend the same as the others, in the caller's name.
 *
 * @throws Error saying what it does otherwise
 */
export async function requireSameCalls(one: Compared, issuer: Issuer, backend: Peer): Promise<void> {
  const [authorization = ''] = issuer.authorizations(SUBJECT, 1);
  await backend.ask('remember', true);
  for (const name of ['get', 'list'] as const) {
    await requireAnswer(one, name, authorization);
    const call = await backend.ask<SeenCall>('seen');
    const isSame =
      call.path.endsWith(`/${REQUESTS[name].method}`) &&
      call.message === messages()[name].toString('base64') &&
      call.authorization === authorization;
    if (!isSame) throw new Error(`${one.name} asks the backend otherwise: ${JSON.stringify(call)}`);
  }
  await backend.ask('remember', false);
}

async function requireAnswer(one: Compared, name: RequestName, authorization: string): Promise<void> {
  const { status, body } = await ask(one, name, authorization);
  if (status !== 200 || !isDeepStrictEqual(body, expectedBy(one.protocol, name)))
    throw new Error(`${one.name} answers ${name} with ${status}: ${JSON.stringify(body)}`);
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
