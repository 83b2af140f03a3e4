import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@gatehouse/testing';
import { decodePayload } from '../client/access-token.js';
import { signInAs, withSession, type BrowserSession, type SessionBody } from '../client/browser-session.js';
import { newPerson, type Person } from '../client/person.js';
import { RestClient, SESSION_COOKIE, succeeded } from '../client/rest-client.js';
import { sharedSystem } from '../system/shared-system.js';
import { signInDemo } from '../system/system-facts.js';

const system = sharedSystem();
const [first, second] = system.addresses.gateways.map((url) => new RestClient(url)) as [
  RestClient,
  RestClient,
];
const ATTRIBUTES = ['Path=/', 'Secure', 'HttpOnly', 'SameSite=Strict'];
const REFUSED = { status: 401, body: { code: 'UNAUTHENTICATED', reason: 'UNAUTHENTICATED' } };
const UNKNOWN = { status: 404, body: { code: 'NOT_FOUND', reason: 'SESSION_UNKNOWN' } };

let person: Person;
beforeEach(async () => {
  person = await newPerson(first, 'Bea');
});

async function sessionsOf(rest: RestClient): Promise<readonly SessionBody[]> {
  return succeeded(await rest.get<{ sessions: SessionBody[] }>('/v1/sessions')).sessions;
}

/** Both gateways refuse the cookie, each of which may have exchanged it a moment ago. */
async function isRefused(session: BrowserSession): Promise<void> {
  for (const rest of [first, second]) {
    await eventually(async () =>
      expect(await withSession(rest, session).get('/v1/accounts/me')).toMatchObject(REFUSED),
    );
  }
}

async function isGood(session: BrowserSession): Promise<void> {
  for (const rest of [first, second]) {
    expect((await withSession(rest, session).get('/v1/accounts/me')).status).toBe(200);
  }
}

describe('a sign-in', () => {
  it('sets one cookie, for this host alone and out of reach of scripts', async () => {
    const { email, password } = person;
    const answer = await first.post<SessionBody>('/v1/sessions', { email, password });
    const session = succeeded(answer);
    const [cookie = '', ...others] = answer.headers.getSetCookie();
    expect(others).toEqual([]);
    const [pair = '', ...attributes] = cookie.split('; ');
    const [name, secret = ''] = pair.split('=');
    expect(name).toBe('__Host-gatehouse');
    expect(Buffer.from(secret, 'base64url').length).toBe(32);
    expect(attributes).toEqual([...ATTRIBUTES, expect.stringMatching(/^Max-Age=[1-9]\d*$/)]);
    const maxAgeMs = Number(attributes.at(-1)?.split('=')[1]) * 1_000;
    const lifetimeMs = Date.parse(session.expireTime) - Date.parse(session.createTime);
    expect(maxAgeMs).toBeLessThanOrEqual(lifetimeMs);
    expect(maxAgeMs).toBeGreaterThan(lifetimeMs - 60_000);
    expect(JSON.stringify(session)).not.toContain(secret);
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  it('at one gateway is good at the other', async () => {
    const session = await signInAs(first, person);
    expect(succeeded(await withSession(second, session).get('/v1/accounts/me'))).toMatchObject({
      id: person.subject,
    });
  });

  it('begins a session of its own, whatever cookie the browser had', async () => {
    const planted = await signInAs(first, await newPerson(first, 'Mallory'));
    const { email, password } = person;
    const answer = await withSession(first, planted).post<SessionBody>('/v1/sessions', { email, password });
    const secret = answer.headers.getSetCookie()[0]?.split(/[=;]/)[1] ?? '';
    expect(secret).not.toBe(planted.secret);
    const mine = { id: succeeded(answer).id, secret };
    expect((await withSession(second, mine).get('/v1/accounts/me')).body).toMatchObject({ email });
    const theirs = await withSession(second, planted).get<{ email: string }>('/v1/accounts/me');
    expect(theirs.body.email).not.toBe(email);
  });

  it.each([
    ['a wrong password', () => ({ email: person.email, password: 'not the password at all' })],
    ['an unknown address', () => ({ email: `no-${person.email}`, password: person.password })],
  ])('with %s sets no cookie', async (_what, credentials) => {
    const answer = await first.post('/v1/sessions', credentials());
    expect(answer).toMatchObject({ status: 401, body: { reason: 'CREDENTIALS_INVALID' } });
    expect(answer.headers.getSetCookie()).toEqual([]);
  });
});

describe('where somebody is signed in', () => {
  let phone: BrowserSession;
  let laptop: BrowserSession;
  beforeEach(async () => {
    phone = await signInAs(first, person, 'Phone/1.0');
    laptop = await signInAs(second, person, 'Laptop/2.0');
  });

  it('is listed with device, address and last use, apps beside browsers', async () => {
    const sessions = await sessionsOf(withSession(first, laptop));
    const byId = new Map(sessions.map((session) => [session.id, session]));
    expect(byId.size).toBe(3);
    const address = system.clientAddress;
    expect(byId.get(phone.id)).toMatchObject({
      credential: 'CREDENTIAL_SESSION',
      device: 'Phone/1.0',
      address,
    });
    expect(byId.get(laptop.id)).toMatchObject({ device: 'Laptop/2.0', address, current: true });
    const app = byId.get(String(decodePayload(person.accessToken)['sid']));
    expect(app).toMatchObject({ credential: 'CREDENTIAL_TOKEN_FAMILY', address });
    expect(sessions.filter(({ current }) => current)).toHaveLength(1);
    for (const { createTime, lastUseTime, idleExpireTime, expireTime } of sessions) {
      const times = [createTime, lastUseTime, idleExpireTime, expireTime].map((time) => Date.parse(time));
      expect(times).toEqual(times.toSorted((a, b) => a - b));
    }
    expect(JSON.stringify(sessions)).not.toContain(phone.secret);
  });

  it('one device ends another', async () => {
    await isGood(phone);
    succeeded(await withSession(first, laptop).delete(`/v1/sessions/${phone.id}`));
    await isRefused(phone);
    await isGood(laptop);
  });

  it('an app ends a browser, and a browser an app', async () => {
    succeeded(await first.as(person.accessToken).delete(`/v1/sessions/${phone.id}`));
    await isRefused(phone);
    const appId = String(decodePayload(person.accessToken)['sid']);
    succeeded(await withSession(second, laptop).delete(`/v1/sessions/${appId}`));
    await eventually(async () =>
      expect(await second.as(person.accessToken).get('/v1/accounts/me')).toMatchObject(REFUSED),
    );
    const { refreshToken } = person;
    expect(await second.post('/v1/auth/refresh', { refreshToken })).toMatchObject({ status: 401 });
  });

  it('one device ends all the others', async () => {
    await isGood(phone);
    expect(succeeded(await withSession(second, laptop).post('/v1/sessions:endOthers', {}))).toEqual({
      endedCount: 2,
    });
    await isRefused(phone);
    await isGood(laptop);
    expect(await sessionsOf(withSession(first, laptop))).toHaveLength(1);
  });

  it('`current` ends the one that asks, and its browser forgets the cookie', async () => {
    const answer = await withSession(first, phone).delete('/v1/sessions/current');
    expect(succeeded(answer)).toMatchObject({ id: phone.id });
    expect(answer.headers.getSetCookie()).toEqual([
      `${SESSION_COOKIE}=; ${ATTRIBUTES.join('; ')}; Max-Age=0`,
    ]);
    await isRefused(phone);
    await isGood(laptop);
  });

  it('somebody else’s cannot be ended, and is not told from one that is unknown', async () => {
    const other = await newPerson(first, 'Olga');
    expect(await first.as(other.accessToken).delete(`/v1/sessions/${phone.id}`)).toMatchObject(UNKNOWN);
    expect(await first.as(other.accessToken).delete(`/v1/sessions/${other.subject}`)).toMatchObject(UNKNOWN);
    await isGood(phone);
  });
});

describe('an admin', () => {
  let admin: RestClient;
  beforeAll(async () => {
    admin = second.as((await signInDemo(system, 'admin')).accessToken);
  });

  it('sees where anybody is signed in, ends one and then all', async () => {
    const [phone, laptop] = [await signInAs(first, person), await signInAs(first, person)];
    const path = `/v1/accounts/${person.subject}/sessions`;
    const { sessions } = succeeded(await admin.get<{ sessions: SessionBody[] }>(path));
    expect(sessions.map(({ id }) => id)).toEqual(expect.arrayContaining([phone.id, laptop.id]));
    expect(sessions.some(({ current }) => current)).toBe(false);

    const end = (request: object) => admin.post(`${path}:end`, { ...request });
    expect(succeeded(await end({ sessionId: phone.id }))).toEqual({ endedCount: 1 });
    await isRefused(phone);
    await isGood(laptop);
    expect(succeeded(await end({}))).toEqual({ endedCount: 2 });
    await isRefused(laptop);
  });

  it('alone may do so', async () => {
    const path = `/v1/accounts/${person.subject}/sessions`;
    const asPerson = first.as(person.accessToken);
    const refused = { status: 403, body: { reason: 'PERMISSION_MISSING' } };
    expect(await asPerson.get(path)).toMatchObject(refused);
    expect(await asPerson.post(`${path}:end`, {})).toMatchObject(refused);
  });
});
