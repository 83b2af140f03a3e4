import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@gatehouse/testing';
import { decodePayload } from '../client/access-token.js';
import { call, GrpcClients } from '../client/grpc-clients.js';
import { OK, outcomeOf, type Outcome } from '../client/outcome.js';
import { PATIENCE_MS } from '../client/patience.js';
import { newPerson, profileOf } from '../client/person.js';
import { RestClient } from '../client/rest-client.js';
import { mintAccessToken } from '../system/listed-key.js';
import { startOwnSystem, type OwnSystem } from '../system/own-system.js';
import { signInDemo } from '../system/system-facts.js';

/** What a method answers that is strict, once nobody has said for 10 s what was revoked. */
const UNKNOWN: Outcome = { code: 'UNAVAILABLE', reason: 'REVOCATIONS_UNKNOWN' };
/** What a strict method answers who may call it, of a resource that there is not. */
const NO_SUCH: Outcome = { code: 'NOT_FOUND', reason: 'RESOURCE_UNKNOWN' };
const UNAUTHENTICATED: Outcome = { code: 'UNAUTHENTICATED', reason: 'UNAUTHENTICATED' };
const LIST = { pageSize: 1, pageToken: '', filter: undefined, orderBy: '' };

let own: OwnSystem;
let rest: RestClient;
let grpc: GrpcClients;
let good: string;
let refreshToken: string;
let altered: string;
let admin: string;

beforeAll(async () => {
  own = await startOwnSystem();
  rest = new RestClient(own.addresses.gateway);
  grpc = new GrpcClients(own.addresses);
  ({ accessToken: good, refreshToken } = await signInDemo(own, 'editor'));
  ({ accessToken: admin } = await signInDemo(own, 'admin'));
  await profileOf(rest, { accessToken: good });
  altered = `${good.slice(0, -6)}${good.slice(-6) === 'AAAAAA' ? 'BBBBBB' : 'AAAAAA'}`;
});
afterAll(async () => {
  grpc?.close();
  await own?.[Symbol.asyncDispose]();
});

/** The outcome of one call at every place that verifies access tokens: each replica, and the gateway. */
async function everywhere(accessToken: string): Promise<Record<string, Outcome | number>> {
  const outcomes: Record<string, Outcome | number> = {};
  for (const replica of own.addresses.users.keys()) {
    const users = grpc.users(replica);
    outcomes[`users ${replica}`] = await outcomeOf(call(users, users.getProfile, {}, accessToken));
  }
  for (const replica of own.addresses.resources.keys()) {
    outcomes[`resources ${replica}`] = await list(replica, accessToken);
  }
  outcomes['gateway'] = (await rest.as(accessToken).get('/v1/users/me')).status;
  return outcomes;
}

function list(replica: number, accessToken: string): Promise<Outcome> {
  const resources = grpc.resources(replica);
  return outcomeOf(call(resources, resources.listResources, LIST, accessToken));
}

/** Deletes what there is not: a method whose rule is strict. */
function remove(replica: number): Promise<Outcome> {
  const resources = grpc.resources(replica);
  return outcomeOf(call(resources, resources.deleteResource, { id: randomUUID(), etag: '' }, admin));
}

const removeOverRest = () => rest.as(admin).delete(`/v1/resources/${randomUUID()}`);

/** Waits for an outcome, and sees no other one until then but the one before. */
async function turns(from: Outcome, to: Outcome, ask: () => Promise<Outcome>): Promise<void> {
  const seen: Outcome[] = [];
  await eventually(async () => {
    seen.push(await ask());
    expect(seen.at(-1)).toEqual(to);
  }, PATIENCE_MS);
  for (const outcome of seen.slice(0, -1)) expect(outcome).toEqual(from);
}

function all(outcome: Outcome, httpStatus: number) {
  return {
    'users 0': outcome,
    'users 1': outcome,
    'resources 0': outcome,
    'resources 1': outcome,
    gateway: httpStatus,
  };
}

/** Starts auth again and waits until the gateway has found it. */
async function restartAuth(): Promise<void> {
  await Promise.all([own.system.restart('auth'), own.system.restart('auth2')]);
  await eventually(() => signInDemo(own, 'user'), PATIENCE_MS);
}

/** Steps of one story: each goes on from where the one before it ended. */
describe('while auth is away', () => {
  it('everything works before', async () => {
    expect(await everywhere(good)).toEqual(all(OK, 200));
    expect(await everywhere(altered)).toEqual(all(UNAUTHENTICATED, 401));
    expect([await remove(0), await remove(1)]).toEqual([NO_SUCH, NO_SUCH]);
  });

  it('an access token that was issued goes on working, everywhere', async () => {
    await Promise.all([own.system.kill('auth'), own.system.kill('auth2')]);
    expect(await everywhere(good)).toEqual(all(OK, 200));
  });

  it('one that the services have not seen yet works as well', async () => {
    const { sub, client_id, scope } = decodePayload(good);
    const claims = { sub, client_id, scope, sid: 'unseen', aud: own.apiAudience };
    const accessToken = mintAccessToken(own, claims);
    for (const replica of own.addresses.resources.keys())
      expect(await list(replica, accessToken)).toEqual(OK);
  });

  it('a wrong one goes on being refused, everywhere', async () => {
    expect(await everywhere(altered)).toEqual(all(UNAUTHENTICATED, 401));
  });

  it('a login and a refresh are an outage, never a refusal', async () => {
    const { email, password } = own.accounts[0] ?? { email: '', password: '' };
    const unavailable = { status: 503, body: { code: 'UNAVAILABLE' } };
    expect(await rest.post('/v1/auth/login', { email, password })).toMatchObject(unavailable);
    expect(await rest.post('/v1/auth/refresh', { refreshToken })).toMatchObject(unavailable);
    const login = call(grpc.tokens, grpc.tokens.login, { email, password });
    expect(await outcomeOf(login)).toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('what must not be done with a revoked one stops after 10 s, as an outage, and all else goes on', async () => {
    for (const replica of own.addresses.resources.keys())
      await turns(NO_SUCH, UNKNOWN, () => remove(replica));
    expect(await removeOverRest()).toMatchObject({ status: 503, body: UNKNOWN });
    // Each service counts for itself from what auth told it last.
    const change = () => rest.as(good).patch('/v1/users/me?updateMask=bio', { bio: 'while auth is away' });
    const stopped = { status: 503, body: UNKNOWN };
    await eventually(async () => expect(await change()).toMatchObject(stopped), PATIENCE_MS);
    expect(await everywhere(good)).toEqual(all(OK, 200));
    expect(await everywhere(altered)).toEqual(all(UNAUTHENTICATED, 401));
  });

  it('a replica that starts goes by what was last known, and knows no less than the others', async () => {
    await own.system.restart('users2');
    await eventually(async () => expect(await everywhere(good)).toEqual(all(OK, 200)), PATIENCE_MS);
    expect(await everywhere(altered)).toEqual(all(UNAUTHENTICATED, 401));
  });

  it('one to which nothing is known knows nobody yet: an outage, never a refusal', async () => {
    await own.system.kill('resources2');
    await rm(own.system.settingsOf('resources2')['GATEHOUSE_LAST_KNOWN_FILE'] ?? '');
    await own.system.launch('resources2');
    const outcome = await eventually(async () => {
      const seen = await list(1, good);
      // Until it listens, the answer is the channel's own.
      if (seen.reason !== 'KEYS_UNAVAILABLE') throw new Error(`answered ${seen.code} ${seen.reason}`);
      return seen;
    }, PATIENCE_MS);
    expect(outcome).toEqual({ code: 'UNAVAILABLE', reason: 'KEYS_UNAVAILABLE' });
    expect(await list(0, good)).toEqual(OK);
  });

  it('logins work again once auth is back', restartAuth);

  it('that replica serves as well, by itself', async () => {
    await eventually(async () => expect(await list(1, good)).toEqual(OK), PATIENCE_MS);
    expect(await list(1, altered)).toEqual(UNAUTHENTICATED);
  });

  it('and what stopped is done again, everywhere', async () => {
    for (const replica of own.addresses.resources.keys())
      await turns(UNKNOWN, NO_SUCH, () => remove(replica));
    expect((await removeOverRest()).status).toBe(404);
  });
});

describe('an account that was acknowledged', () => {
  it('gets its profile although the directory was away, or auth was killed right after', async () => {
    await Promise.all([own.system.kill('users'), own.system.kill('users2')]);
    const late = await newPerson(rest, 'Late');
    await Promise.all([own.system.restart('users'), own.system.restart('users2')]);
    const account = { email: `x${late.email}`, password: late.password, displayName: 'Kilroy' };
    const { status, body: kilroy } = await rest.post<{ id: string }>('/v1/accounts', account);
    await Promise.all([own.system.kill('auth'), own.system.kill('auth2')]);
    expect(status).toBe(200);
    await restartAuth();

    expect(await profileOf(rest, late)).toMatchObject({ id: late.subject, displayName: 'Late' });
    await eventually(async () => {
      const profile = await rest.as(late.accessToken).get(`/v1/users/${kilroy.id}`);
      expect(profile).toMatchObject({ status: 200, body: { displayName: 'Kilroy' } });
    }, PATIENCE_MS);
  });
});
