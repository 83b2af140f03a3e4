import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { decodePayload } from '../client/access-token.js';
import { login, newPerson, type Person, type TokenSetBody } from '../client/person.js';
import { RestClient, succeeded } from '../client/rest-client.js';
import { sharedSystem } from '../system/shared-system.js';

const rest = new RestClient(sharedSystem().addresses.gateway);
/** For how long a repeated refresh is taken for a lost answer. */
const RETRY_WINDOW_MS = 10_000;
const REFUSED = { status: 401, body: { code: 'UNAUTHENTICATED', reason: 'REFRESH_TOKEN_INVALID' } };
const WRONG = { status: 401, body: { code: 'UNAUTHENTICATED', reason: 'CREDENTIALS_INVALID' } };

let person: Person;
beforeEach(async () => {
  person = await newPerson(rest, 'Petra');
});

const refresh = (refreshToken: string) => rest.post<TokenSetBody>('/v1/auth/refresh', { refreshToken });

describe('a refresh', () => {
  it('gives new tokens of the same sign-in', async () => {
    const next = succeeded(await refresh(person.refreshToken));
    expect(next.refreshToken).not.toBe(person.refreshToken);
    const [before, after] = [person.accessToken, next.accessToken].map(decodePayload);
    expect(after).toMatchObject({ sub: person.subject, sid: before?.['sid'], scope: before?.['scope'] });
    expect(after?.['jti']).not.toBe(before?.['jti']);
    expect((await rest.as(next.accessToken).get('/v1/accounts/me')).status).toBe(200);
  });

  it('that is repeated at once, as when its answer was lost, gives the same refresh token', async () => {
    const [first, second] = await Promise.all([refresh(person.refreshToken), refresh(person.refreshToken)]);
    expect(succeeded(second).refreshToken).toBe(succeeded(first).refreshToken);
  });

  it('with a refresh token that was spent before ends the sign-in for both holders', async () => {
    const next = succeeded(await refresh(person.refreshToken));
    await delay(RETRY_WINDOW_MS + 500);
    expect(await refresh(person.refreshToken)).toMatchObject(REFUSED);
    expect(await refresh(next.refreshToken)).toMatchObject(REFUSED);
  });

  it('leaves other sign-ins of the person alone', async () => {
    const other = await login(rest, person.email, person.password);
    succeeded(await rest.post('/v1/auth/logout', { refreshToken: person.refreshToken }));
    expect((await refresh(other.refreshToken)).status).toBe(200);
  });

  it.each(['nonsense', randomUUID()])('is refused for %s', async (text) => {
    expect(await refresh(text)).toMatchObject(REFUSED);
  });
});

describe('a logout', () => {
  it('ends the sign-in, and again is no error', async () => {
    const { refreshToken } = person;
    succeeded(await rest.post('/v1/auth/logout', { refreshToken }));
    succeeded(await rest.post('/v1/auth/logout', { refreshToken }));
    expect(await refresh(refreshToken)).toMatchObject(REFUSED);
  });
});

describe('a changed password', () => {
  it('ends the other sign-ins and keeps the one that asks', async () => {
    const other = await login(rest, person.email, person.password);
    const newPassword = `another one ${randomUUID()}`;
    const change = { currentPassword: person.password, newPassword };
    succeeded(await rest.as(person.accessToken).post('/v1/accounts/me:changePassword', change));
    expect(await refresh(other.refreshToken)).toMatchObject(REFUSED);
    expect((await refresh(person.refreshToken)).status).toBe(200);
    const { email, password } = person;
    expect(await rest.post('/v1/auth/login', { email, password })).toMatchObject(WRONG);
    expect((await rest.post('/v1/auth/login', { email, password: newPassword })).status).toBe(200);
  });

  it('is refused without the current one, and changes nothing', async () => {
    const change = { currentPassword: 'not the current one', newPassword: `another ${randomUUID()}` };
    const asPerson = rest.as(person.accessToken);
    expect(await asPerson.post('/v1/accounts/me:changePassword', change)).toMatchObject(WRONG);
    const { email, password } = person;
    expect((await rest.post('/v1/auth/login', { email, password })).status).toBe(200);
  });

  it.each([
    ['a short one', 'too short'],
    ['a common one', 'passwordpassword'],
  ])('is refused when it is %s', async (_what, newPassword) => {
    const change = { currentPassword: person.password, newPassword };
    const answer = await rest.as(person.accessToken).post('/v1/accounts/me:changePassword', change);
    expect(answer).toMatchObject({ status: 400, body: { reason: 'PASSWORD_REFUSED' } });
  });
});

describe('a login', () => {
  it('answers an unknown account and a wrong password alike', async () => {
    const unknown = { email: `${randomUUID()}@example.com`, password: person.password };
    const wrong = { email: person.email, password: 'not the password at all' };
    const answers = await Promise.all([unknown, wrong].map((body) => rest.post('/v1/auth/login', body)));
    const bodies = answers.map(({ body }) => ({ ...body, request_id: undefined }));
    expect(answers[0]).toMatchObject(WRONG);
    expect(bodies[0]).toEqual(bodies[1]);
  });
});
