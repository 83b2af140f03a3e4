import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@gatehouse/testing';
import { makeApiKey, withApiKey } from '../client/api-key.js';
import { signInAs, withSession } from '../client/browser-session.js';
import { Mailbox } from '../client/mailbox.js';
import { newPerson, type Person } from '../client/person.js';
import { RestClient, succeeded } from '../client/rest-client.js';
import { sharedSystem } from '../system/shared-system.js';

const system = sharedSystem();
const [first, second] = system.addresses.gateways.map((url) => new RestClient(url)) as [
  RestClient,
  RestClient,
];
const VERIFY = 'Verify your address';
const RESET = 'Set a new password';
const CODE_INVALID = { status: 400, body: { code: 'FAILED_PRECONDITION', reason: 'CODE_INVALID' } };
const REFUSED = { status: 401, body: { reason: 'UNAUTHENTICATED' } };

let person: Person;
let mailbox: Mailbox;
beforeEach(async () => {
  person = await newPerson(first, 'Mia');
  mailbox = new Mailbox(system.mailFolder, person.email);
});

const newPassword = () => `long enough ${randomUUID()}`;
const askForReset = (email: string) => first.post('/v1/accounts:requestPasswordReset', { email });
const reset = (rest: RestClient, code: string, password: string) =>
  rest.post('/v1/accounts:resetPassword', { code, newPassword: password });
const signIn = (password: string) => second.post('/v1/auth/login', { email: person.email, password });

const verifyAddress = async () => {
  succeeded(await first.as(person.accessToken).post('/v1/accounts/me:requestEmailVerification', {}));
  succeeded(await second.post('/v1/accounts:verifyEmail', { code: await mailbox.code(VERIFY) }));
};

describe('an address', () => {
  const verified = async () =>
    succeeded(await second.as(person.accessToken).get<{ emailVerified?: boolean }>('/v1/accounts/me'))
      .emailVerified ?? false;

  it('is verified with the code of a mail, once', async () => {
    expect(await verified()).toBe(false);
    succeeded(await first.as(person.accessToken).post('/v1/accounts/me:requestEmailVerification', {}));
    const code = await mailbox.code(VERIFY);
    expect(await mailbox.mail(VERIFY)).toContain(`${system.addresses.gateway}/v1/accounts:verifyEmail`);
    succeeded(await second.post('/v1/accounts:verifyEmail', { code }));
    expect(await verified()).toBe(true);
    expect(await first.post('/v1/accounts:verifyEmail', { code })).toMatchObject(CODE_INVALID);
  });

  it('is not verified by a code for something else, nor is a password reset by one', async () => {
    succeeded(await first.as(person.accessToken).post('/v1/accounts/me:requestEmailVerification', {}));
    succeeded(await askForReset(person.email));
    const [verification, resetting] = [await mailbox.code(VERIFY), await mailbox.code(RESET)];
    expect(await first.post('/v1/accounts:verifyEmail', { code: resetting })).toMatchObject(CODE_INVALID);
    expect(await reset(first, verification, newPassword())).toMatchObject(CODE_INVALID);
    expect(await verified()).toBe(false);
    expect((await signIn(person.password)).status).toBe(200);
  });
});

describe('a password that is reset by mail', () => {
  it('ends every sign-in of the account, begins none and leaves its keys', async () => {
    await verifyAddress();
    const browser = await signInAs(first, person);
    const { secret } = await makeApiKey(first.as(person.accessToken), { permissions: ['resources:read'] });
    const holders = [withSession(first, browser), withSession(second, browser), first.as(person.accessToken)];
    for (const rest of holders) expect((await rest.get('/v1/accounts/me')).status).toBe(200);

    succeeded(await askForReset(person.email.toUpperCase()));
    const password = newPassword();
    const answer = await reset(second, await mailbox.code(RESET), password);
    expect(succeeded(answer)).toEqual({});
    expect(answer.headers.getSetCookie()).toEqual([]);

    for (const rest of holders) {
      await eventually(async () => expect(await rest.get('/v1/accounts/me')).toMatchObject(REFUSED));
    }
    const { refreshToken } = person;
    expect(await first.post('/v1/auth/refresh', { refreshToken })).toMatchObject({ status: 401 });
    expect(await signIn(person.password)).toMatchObject({ body: { reason: 'CREDENTIALS_INVALID' } });
    expect((await signIn(password)).status).toBe(200);
    expect(await mailbox.mail('Your password was changed')).not.toContain(password);
    expect((await withApiKey(second, secret).get('/v1/accounts/me')).status).toBe(200);
  });

  it('ends the keys of whoever made the account with an address that was not theirs', async () => {
    const { secret } = await makeApiKey(first.as(person.accessToken), { permissions: ['resources:read'] });
    const holder = withApiKey(second, secret);
    expect((await holder.get('/v1/accounts/me')).status).toBe(200);
    succeeded(await askForReset(person.email));
    succeeded(await reset(first, await mailbox.code(RESET), newPassword()));
    await eventually(async () => expect(await holder.get('/v1/accounts/me')).toMatchObject(REFUSED));
  });

  it('is reset by one of twenty who use the code at once', async () => {
    succeeded(await askForReset(person.email));
    const code = await mailbox.code(RESET);
    const passwords = Array.from({ length: 20 }, newPassword);
    const answers = await Promise.all(
      passwords.map((password, index) => reset(index % 2 === 0 ? first : second, code, password)),
    );
    const winners = passwords.filter((_password, index) => answers[index]?.status === 200);
    expect(winners).toHaveLength(1);
    const losers = answers.filter(({ status }) => status !== 200);
    for (const answer of losers) expect(answer).toMatchObject(CODE_INVALID);
    expect((await signIn(winners[0] ?? '')).status).toBe(200);
  });

  it('may be refused as too easy without spending the code', async () => {
    succeeded(await askForReset(person.email));
    const code = await mailbox.code(RESET);
    expect(await reset(first, code, 'passwordpassword')).toMatchObject({
      body: { reason: 'PASSWORD_REFUSED' },
    });
    const password = newPassword();
    succeeded(await reset(first, code, password));
    expect((await signIn(password)).status).toBe(200);
  });

  it.each(['nonsense', Buffer.alloc(32, 1).toString('base64url')])(
    'takes a code, and not %s',
    async (code) => {
      expect(await reset(first, code, newPassword())).toMatchObject(CODE_INVALID);
    },
  );
});

it('who asks learns nothing of who has an account', async () => {
  const unknown = `no-${person.email}`;
  const answers = [await askForReset(person.email), await askForReset(unknown)];
  const faces = answers.map(({ status, body, headers }) => {
    const names = [...headers.keys()].sort();
    return { status, body, names };
  });
  expect(faces[0]).toMatchObject({ status: 200, body: {} });
  expect(faces[1]).toEqual(faces[0]);
  await mailbox.mail(RESET);
  expect(await new Mailbox(system.mailFolder, unknown).mails(RESET)).toEqual([]);
});
