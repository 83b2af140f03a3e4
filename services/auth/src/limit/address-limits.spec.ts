import { jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { ensureAccounts } from '../cli/seed-accounts.js';
import { accountCalls, type AccountCalls } from '../spec/account-calls.js';
import {
  claimsOf,
  CLIENT_SECRET,
  PASSWORD,
  reasonOf,
  runningAuth,
  silentLog,
  type RunningAuth,
} from '../spec/running-auth.js';
import { callsFrom, TRUSTING, type CallsFrom } from '../spec/sign-in-from.js';
import { Retention } from '../retention.js';
import { addressPolicy, mailPolicy } from './limit-policy.js';

const HERE = '192.0.2.1';
const ELSEWHERE = '198.51.100.1';

describe('mails to an account', () => {
  let auth: RunningAuth;
  beforeAll(async () => {
    auth = await runningAuth(TRUSTING);
  });
  afterAll(() => auth.close());

  it('are so many an hour; who asks for more gets the same answer', async () => {
    const calls = callsFrom(auth.service.port);
    const { id, email } = await auth.signedIn();
    const asked = mailPolicy.points + 2;
    for (let call = 0; call < asked; call++) {
      expect((await calls.requestPasswordReset(email, `192.0.2.${call}`)).reason).toBe('OK');
    }
    calls.close();
    const { sql } = auth.database;
    const outcomes =
      await sql`select outcome from audit_event where target = ${id} and action like '%RequestPasswordReset'`;
    expect(outcomes.map(({ outcome }) => String(outcome)).sort()).toEqual([
      ...Array<string>(mailPolicy.points).fill('OK'),
      ...Array<string>(2).fill('TOO_MANY_ATTEMPTS'),
    ]);
  });
});

describe('mails that are not for whoever asks', () => {
  let auth: RunningAuth;
  let calls: CallsFrom;
  let accounts: AccountCalls;
  beforeAll(async () => {
    auth = await runningAuth({
      ...TRUSTING,
      GATEHOUSE_MAIL: 'on',
      // Nobody takes a mail here: those that are to be sent stay where they can be counted.
      GATEHOUSE_SMTP_URL: 'smtp://127.0.0.1:1',
      GATEHOUSE_EMAIL_VERIFICATION: 'required',
    });
    calls = callsFrom(auth.service.port);
    accounts = accountCalls(auth.service.port);
  });
  afterAll(async () => {
    calls.close();
    accounts.close();
    await auth.close();
  });

  const mailsTo = async (id: string, kind: string) => {
    const rows = await auth.database.sql`
      select 1 from outbox where topic = 'mail' and payload ->> 'account' = ${id} and payload ->> 'kind' = ${kind}`;
    return rows.length;
  };
  const outcomesOf = async (id: string, action: string) => {
    const rows = await auth.database.sql<{ outcome: string }[]>`
      select outcome from audit_event where target = ${id} and action = ${action} order by id`;
    return rows.map(({ outcome }) => outcome);
  };
  const expected = (outcome: string) => [
    ...Array<string>(mailPolicy.points).fill(outcome),
    ...Array<string>(2).fill('TOO_MANY_ATTEMPTS'),
  ];
  const verifiedPerson = async () => {
    const email = `${randomUUID()}@gatehouse.test`;
    await ensureAccounts(auth.context, [{ email, password: PASSWORD, displayName: 'Ada', roles: [] }]);
    const { accessToken } = await auth.login(email);
    return { email, accessToken, id: String(claimsOf(accessToken)['sub']) };
  };

  it('are so many an hour about a taken address, and keep no code from its owner', async () => {
    const { id, email } = await verifiedPerson();
    for (let call = 0; call < mailPolicy.points + 2; call++) {
      expect((await calls.register(email, `192.0.2.${call}`, PASSWORD)).reason).toBe('OK');
    }
    expect(await mailsTo(id, 'account_exists')).toBe(mailPolicy.points);
    expect(await outcomesOf(id, 'Register')).toEqual(expected('EMAIL_TAKEN'));
    await calls.requestPasswordReset(email, HERE);
    expect(await mailsTo(id, 'password_reset')).toBe(1);
  });

  it('keep the code of a new account from nobody', async () => {
    const email = `${randomUUID()}@gatehouse.test`;
    for (let call = 0; call < mailPolicy.points + 2; call++) {
      expect((await calls.requestPasswordReset(email, `192.0.2.${call}`)).reason).toBe('OK');
    }
    expect((await calls.register(email, HERE, PASSWORD)).reason).toBe('OK');
    const [account] = await auth.database.sql`select id from account where email = ${email}`;
    expect(await mailsTo(String(account!['id']), 'email_verification')).toBe(1);
  });

  it('are so many an hour with a code that verifies an address', async () => {
    const { id, accessToken } = await verifiedPerson();
    await auth.database.sql`update account set email_verified_at = null where id = ${id}`;
    for (let call = 0; call < mailPolicy.points + 2; call++) {
      expect(await accounts.requestVerification(accessToken)).toEqual({});
    }
    expect(await mailsTo(id, 'email_verification')).toBe(mailPolicy.points);
    expect(await outcomesOf(id, 'RequestEmailVerification')).toEqual(expected('OK'));
  });
});

describe('the limits of an address', () => {
  let auth: RunningAuth;
  let calls: CallsFrom;
  beforeAll(async () => {
    auth = await runningAuth({ ...TRUSTING, GATEHOUSE_LIMIT_SCALE: '0.02' });
    calls = callsFrom(auth.service.port);
  });
  afterAll(async () => {
    calls.close();
    await auth.close();
  });

  const points = (name: keyof typeof addressPolicy) =>
    Math.max(1, Math.round(addressPolicy[name].points * 0.02));

  it('hold for registrations, whatever becomes of them', async () => {
    for (let call = 0; call < points('register'); call++) {
      expect((await calls.register(`${call}@gatehouse.test`, HERE)).reason).toBe('PASSWORD_REFUSED');
    }
    const refused = await calls.register('one-more@gatehouse.test', HERE);
    expect(refused).toMatchObject({ reason: 'TOO_MANY_ATTEMPTS' });
    expect(refused.retryAfterMs).toBeGreaterThan(500_000);
    expect((await calls.register('one-more@gatehouse.test', ELSEWHERE)).reason).toBe('PASSWORD_REFUSED');
  });

  it('hold for refresh tokens that nobody was given, and for no good one', async () => {
    const { refreshToken } = await auth.signedIn();
    for (let call = 0; call < points('unknownCredential'); call++) {
      expect((await calls.refresh('A'.repeat(43), HERE)).reason).toBe('REFRESH_TOKEN_INVALID');
    }
    expect((await calls.refresh('A'.repeat(43), HERE)).reason).toBe('TOO_MANY_ATTEMPTS');
    expect((await calls.refresh(refreshToken, HERE)).reason).toBe('OK');
    expect((await calls.refresh('A'.repeat(43), ELSEWHERE)).reason).toBe('REFRESH_TOKEN_INVALID');
  });

  it('hold for wrong secrets of clients, and for no right one', async () => {
    const wrong = () => reasonOf(auth.issueServiceToken('users', 'not the secret of users', 'auth'));
    for (let call = 0; call < points('unknownClient'); call++) expect(await wrong()).toBe('CLIENT_INVALID');
    expect(await wrong()).toBe('TOO_MANY_ATTEMPTS');
    expect(await reasonOf(auth.issueServiceToken('users', CLIENT_SECRET, 'auth'))).toBe('OK');
  });

  it('hold for resets that are asked for', async () => {
    expect((await calls.requestPasswordReset('a@gatehouse.test', HERE)).reason).toBe('OK');
    expect((await calls.requestPasswordReset('b@gatehouse.test', HERE)).reason).toBe('TOO_MANY_ATTEMPTS');
    expect((await calls.requestPasswordReset('b@gatehouse.test', ELSEWHERE)).reason).toBe('OK');
  });

  it('are forgotten by retention once they are over', async () => {
    const { sql } = auth.database;
    await auth.login((await auth.signedIn()).email);
    const rows = (table: string) => sql`select key from ${sql(table)}`;
    expect((await rows('rate_limit')).length).toBeGreaterThan(2);
    expect((await rows('known_address')).length).toBeGreaterThan(0);
    await sql`update rate_limit set expire = ${Date.now() - 120_000} where key not like 'register:%'`;
    await sql`update known_address set expires_at = clock_timestamp() - interval '1 second'`;
    await new Retention(auth.context, silentLog).sweep();
    const left = (await rows('rate_limit')).map(({ key }) => String(key));
    expect(left.length).toBeGreaterThan(0);
    expect(left.filter((key) => !key.startsWith('register:'))).toEqual([]);
    expect(await rows('known_address')).toEqual([]);
  });

  it('are not forgotten sooner by a replica whose clock is ahead', async () => {
    const { sql } = auth.database;
    await auth.login((await auth.signedIn()).email);
    const rows = async () =>
      (await sql`select key from rate_limit order by key`).map(({ key }) => String(key));
    const before = await rows();
    const ahead = Date.now() + 7 * 86_400_000;
    const clock = jest.spyOn(Date, 'now').mockReturnValue(ahead);
    await auth.context.limits.store.deleteExpired(auth.context.database.sql, 1_000);
    clock.mockRestore();
    expect(await rows()).toEqual(before);
  });

  it('leave an erased account no address', async () => {
    const { id } = await auth.signedIn();
    const known = () => auth.database.sql`select from known_address where account_id = ${id}`;
    expect(await known()).toHaveLength(1);
    await auth.database.sql`delete from account where id = ${id}`;
    expect(await known()).toHaveLength(0);
  });
});
