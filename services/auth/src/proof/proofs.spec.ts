import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createProofKey, type SpecProofKey } from '@gatehouse/testing';
import { Retention } from '../retention.js';
import { clientCalls, type ClientCalls } from '../spec/client-calls.js';
import { dpopOf, oauthParty, signInAt, type OauthParty } from '../spec/oauth-party.js';
import { proofCalls, type ProofCalls } from '../spec/proof-calls.js';
import { CLIENT_SECRET, claimsOf, ISSUER, reasonOf, silentLog } from '../spec/running-auth.js';
import { twoReplicas, type TwoReplicas } from '../spec/two-replicas.js';

const PATH = '/v1/resources';
let replicas: TwoReplicas;
let auth: TwoReplicas['auth'];
let here: ProofCalls;
let there: ProofCalls;
let clients: ClientCalls;
let party: OauthParty;
let users: string;
let gateway: string;

beforeAll(async () => {
  replicas = await twoReplicas();
  ({ auth } = replicas);
  here = proofCalls(auth.service.port);
  there = proofCalls(replicas.otherPort);
  clients = clientCalls(auth.service.port);
  party = await oauthParty(auth, {}, replicas.nextPort);
  users = (await auth.issueServiceToken('users', CLIENT_SECRET, 'auth')).accessToken;
  gateway = (await auth.issueServiceToken('gateway', 'the secret of the gateway itself', 'auth')).accessToken;
});
afterAll(async () => {
  for (const calls of [here, there, clients]) calls.close();
  await replicas.close();
});

const newId = () => randomBytes(32).toString('base64url');

describe('a proof', () => {
  it('is used up at every replica', async () => {
    const id = newId();
    expect(await here.use(id, users)).toBe(true);
    for (const calls of [there, here]) expect(await calls.use(id, gateway)).toBe(false);
  });

  it('is accepted from one of fifty who come at the same time, to two replicas', async () => {
    const id = newId();
    const accepted = await Promise.all(
      Array.from({ length: 50 }, (_, n) => (n % 2 ? here : there).use(id, users)),
    );
    expect(accepted.filter(Boolean)).toHaveLength(1);
  });

  it('is the same however its name is written', async () => {
    const id = newId();
    // The last character of 43 holds two bits that are no part of the 32 bytes.
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const other = id.slice(0, -1) + letters.charAt(letters.indexOf(id.slice(-1)) + 1);
    expect(await here.use(id, users)).toBe(true);
    expect(await here.use(other, users)).toBe(false);
  });

  it('is used up by services alone, and has a name', async () => {
    const { accessToken } = await auth.signedIn('admin');
    expect(await reasonOf(here.use(newId()))).toBe('UNAUTHENTICATED');
    expect(await reasonOf(here.use(newId(), accessToken))).toBe('CALLER_NOT_ADMITTED');
    for (const id of ['', 'short', `${newId()}=`, newId().replace(/^./, '+')])
      expect(await reasonOf(here.use(id, users))).toBe('FIELD_INVALID');
  });

  it('is forgotten when nobody would take it any more, and not before', async () => {
    const { sql } = auth.database;
    const [old, young] = [newId(), newId()];
    for (const id of [old, young]) await here.use(id, users);
    const past = sql`clock_timestamp() - interval '1 second'`;
    await sql`update used_proof set expires_at = ${past} where id = ${Buffer.from(old, 'base64url')}`;
    const [{ least }] = await sql<[{ least: number }]>`
      select floor(extract(epoch from expires_at - clock_timestamp()))::int as least
      from used_proof where id = ${Buffer.from(young, 'base64url')}`;
    expect(least).toBeGreaterThan(60);
    await new Retention(auth.context, silentLog).sweep();
    expect(await here.use(young, users)).toBe(false);
    expect(await here.use(old, users)).toBe(true);
  });
});

describe('a bound access token', () => {
  const signedIn = async (by: SpecProofKey = createProofKey()) => {
    const person = await auth.signedIn();
    const tokens = await signInAt(party, replicas.newBrowser(), person, {}, await dpopOf(party, by));
    return { person, key: by, accessToken: tokens.access_token };
  };
  type SignedIn = Awaited<ReturnType<typeof signedIn>>;
  const requestOf = ({ key, accessToken }: SignedIn, claims: Readonly<Record<string, unknown>> = {}) => {
    const proof = key.prove({ method: 'GET', uri: ISSUER + PATH, accessToken }, claims);
    return { accessToken, proof, httpMethod: 'GET', path: PATH };
  };

  it('is signed without its binding for a proof: the same token, as long as that', async () => {
    const signed = await signedIn();
    const { cnf, ...claims } = claimsOf(signed.accessToken);
    expect(cnf).toEqual({ jkt: signed.key.thumbprint });
    const unbound = await here.unbind(requestOf(signed), gateway);
    expect(claimsOf(unbound.accessToken)).toEqual(claims);
    expect(unbound).toMatchObject({ tokenType: 'Bearer', refreshToken: '', scope: claims['scope'] });
    const [event] = await auth.database.sql`
      select actor, outcome from audit_event where action = 'UnbindToken' and target = ${signed.person.id}`;
    expect(event).toEqual({ actor: party.id, outcome: 'OK' });
  });

  it('is refused with it wherever its ID is revoked, and is unbound no more', async () => {
    const signed = await signedIn();
    const { accessToken } = await here.unbind(requestOf(signed), gateway);
    await auth.call(auth.tokens.revokeToken.bind(auth.tokens), { token: signed.accessToken });
    const claims = await auth.context.issuedTokens.read(accessToken);
    expect(await auth.context.descent.isGood(auth.context.database.sql, claims!)).toBe(false);
    expect(await reasonOf(there.unbind(requestOf(signed), gateway))).toBe('CREDENTIAL_INVALID');
  });

  it('is unbound for a proof that nobody used, at no other replica and by no RPC', async () => {
    const signed = await signedIn();
    const request = requestOf(signed);
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, (_, n) => reasonOf((n % 2 ? here : there).unbind(request, gateway))),
    );
    expect(outcomes.toSorted()).toEqual(['OK', ...Array.from({ length: 9 }, () => 'PROOF_INVALID')]);
    const events = await auth.database.sql`
      select from audit_event where target = ${signed.person.id} and outcome = 'PROOF_REPLAYED'`;
    expect(events).toHaveLength(9);
  });

  it.each<[string, (signed: SignedIn) => object, string]>([
    ['a proof of another path', () => ({ path: '/v1/users' }), 'PROOF_INVALID'],
    ['a path that makes another host', () => ({ path: '.evil.test/v1' }), 'FIELD_INVALID'],
    ['a proof of another method', () => ({ httpMethod: 'DELETE' }), 'PROOF_INVALID'],
    ['an old proof', (signed) => requestOf(signed, { iat: 1 }), 'PROOF_INVALID'],
    ['a proof of another key', (signed) => requestOf({ ...signed, key: createProofKey() }), 'PROOF_INVALID'],
    ['no proof', () => ({ proof: 'a.b.c' }), 'PROOF_INVALID'],
    ['an unbound one', ({ person }) => ({ accessToken: person.accessToken }), 'CREDENTIAL_INVALID'],
    ['none', () => ({ accessToken: 'a.b.c' }), 'CREDENTIAL_INVALID'],
    ['a service token', () => ({ accessToken: gateway }), 'CREDENTIAL_INVALID'],
  ])('is not unbound for %s', async (_, changes, reason) => {
    const signed = await signedIn();
    const request = { ...requestOf(signed), ...changes(signed) };
    expect(await reasonOf(here.unbind(request, gateway))).toBe(reason);
  });

  it('is unbound for the gateway alone', async () => {
    const signed = await signedIn();
    const outcomes = [undefined, users, signed.person.accessToken].map((by) =>
      reasonOf(here.unbind(requestOf(signed), by)),
    );
    expect(await Promise.all(outcomes)).toEqual([
      'UNAUTHENTICATED',
      'PERMISSION_MISSING',
      'CALLER_NOT_ADMITTED',
    ]);
  });

  it('ends with its grant', async () => {
    const signed = await signedIn();
    await clients.withdrawGrant(String(claimsOf(signed.accessToken)['sid']), signed.person.accessToken);
    expect(await reasonOf(here.unbind(requestOf(signed), gateway))).toBe('CREDENTIAL_INVALID');
  });

  it('is refused as a bearer token by the guard of auth itself', async () => {
    const { accessToken } = await signedIn();
    expect(await reasonOf(auth.getAccount(accessToken))).toBe('UNAUTHENTICATED');
  });
});

it('an outage accepts no proof and refuses none', async () => {
  const { sql } = auth.database;
  await sql`alter table used_proof rename to used_proof_away`;
  try {
    expect(await reasonOf(here.use(newId(), users))).not.toBe('OK');
  } finally {
    await sql`alter table used_proof_away rename to used_proof`;
  }
});
