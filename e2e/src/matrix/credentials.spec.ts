import { randomUUID } from 'node:crypto';
import { contract } from '@gatehouse/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DynamicCalls } from '../client/dynamic-call.js';
import { outcomeOf } from '../client/outcome.js';
import { RestClient } from '../client/rest-client.js';
import { sharedSystem } from '../system/shared-system.js';
import { callerOf, expectationOf, restOutcome, routed, rules } from './cell.js';
import { serviceOf } from './credential.js';
import { expectedOutcome } from './expected-outcome.js';
import { PEOPLE, type PersonName } from './principals.js';
import { roleHolds } from './roles.js';
import { World } from './world.js';

const system = sharedSystem();
const world = new World(system);
const calls = new DynamicCalls(system.addresses);
/** What a person shows besides the access token of a login, which the matrix itself is about. */
const KINDS = ['session', 'api_key', 'grant'] as const;
const exchange = contract.getService('gatehouse.auth.v1.TokenService')?.method['exchange'];

beforeAll(() => world.populate());
afterAll(async () => {
  calls.close();
  await world.dismissAdmins();
});

/** Rules that ask for a person, each with someone who passes it and whose rows do not decide otherwise. */
const asked = rules.flatMap((rule) => {
  if (rule.access === 'public' || !rule.callers.has('user')) return [];
  const { permission } = rule;
  const { rows = {} } = expectationOf(rule);
  const passes = (name: PersonName) =>
    rows[name] === undefined && (permission === undefined || roleHolds(PEOPLE[name], permission));
  const principal = (['owner', 'admin'] as const).find(passes);
  if (!principal) throw new Error(`nobody passes the rule of ${rule.path}`);
  return [{ rule, principal }];
});

/** The access token that a credential is exchanged for, at the replica of auth that did not make it. */
async function exchanged(secret: string, kind: (typeof KINDS)[number]): Promise<string> {
  // What an app holds is an access token already.
  if (kind === 'grant') return secret;
  if (!exchange) throw new Error('the contract has no TokenService.Exchange');
  const request = { subjectToken: secret, subjectTokenType: `CREDENTIAL_${kind.toUpperCase()}` };
  const reply = await calls.call(system.addresses.auth.at(-1) as string, exchange, request);
  return (reply as { tokens: { accessToken: string } }).tokens.accessToken;
}

describe.each(asked.map((cell) => [cell.rule.path, cell] as const))('%s', (_path, { rule, principal }) => {
  const expectation = expectationOf(rule);

  it.each(KINDS)('by %s, exchanged, over gRPC', async (kind) => {
    const caller = (await callerOf(world, principal, expectation))!;
    const { secret } = await world.credentialOf(caller, kind);
    const request = await expectation.request({ world, principal, caller });
    const address = system.addresses[serviceOf(rule)][0] as string;
    const outcome = await outcomeOf(calls.call(address, rule.method, request, await exchanged(secret, kind)));
    expect(outcome).toEqual(expectedOutcome(rule, principal, 'gRPC', expectation, kind));
  });

  const cells = routed
    .filter((cell) => cell.rule === rule)
    .flatMap((cell) => KINDS.map((kind) => [kind, cell] as const));
  if (cells.length === 0) return;
  it.each(cells)('by %s, shown to each gateway, over REST', async (kind, cell) => {
    for (const gateway of system.addresses.gateways) {
      const caller = (await callerOf(world, principal, expectation))!;
      const credential = await world.credentialOf(caller, kind);
      const message = await expectation.request({ world, principal, caller });
      const rest = new RestClient(gateway).showing(credential);
      const expected = expectedOutcome(rule, principal, 'REST', expectation, kind);
      expect(await restOutcome(rest, cell, message)).toEqual(expected);
    }
  });
});

describe('credentials that are not good', () => {
  const wrong = [
    ['no access token at all', { kind: 'access token', secret: 'nonsense' }],
    ['an unknown session', { kind: 'session', secret: Buffer.alloc(32, 7).toString('base64url') }],
    ['what is no session', { kind: 'session', secret: 'nonsense' }],
    ['what is no key', { kind: 'api key', secret: `gh_test_${randomUUID()}` }],
  ] as const;

  it.each(wrong)('get one answer: %s', async (_name, credential) => {
    const answer = await world.rest.showing(credential).get('/v1/accounts/me');
    const nothing = await world.rest.get('/v1/accounts/me');
    const { request_id: _own, ...body } = answer.body as Record<string, unknown>;
    const { request_id: _other, ...expected } = nothing.body as Record<string, unknown>;
    expect(body).toEqual(expected);
    expect(answer.status).toBe(401);
  });

  it('get one answer: ended, revoked', async () => {
    const { owner } = world.people;
    const session = await world.makeSession(owner);
    const bearer = world.rest.as(owner.accessToken);
    await bearer.delete(`/v1/sessions/${session.id}`);
    const key = await bearer.post<{ apiKey: { id: string }; secret: string }>('/v1/apiKeys', {
      displayName: 'short-lived',
      permissions: ['resources:read'],
    });
    await bearer.delete(`/v1/apiKeys/${key.body.apiKey.id}`);
    for (const credential of [
      { kind: 'session', secret: session.secret },
      { kind: 'api key', secret: key.body.secret },
    ] as const) {
      const answer = await world.rest.showing(credential).get('/v1/accounts/me');
      expect(answer).toMatchObject({ status: 401, body: { reason: 'UNAUTHENTICATED' } });
    }
  });

  it('are refused where there are two', async () => {
    const { owner } = world.people;
    const { secret } = await world.credentialOf(owner, 'session');
    const answer = await world.rest
      .showing({ kind: 'session', secret })
      .request('GET', '/v1/accounts/me', undefined, { authorization: `Bearer ${owner.accessToken}` });
    expect(answer).toMatchObject({ status: 400, body: { reason: 'CREDENTIALS_CONFLICT' } });
  });
});
