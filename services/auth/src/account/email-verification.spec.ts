import { eventually } from '@gatehouse/testing';
import { jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { ensureAccounts } from '../cli/seed-accounts.js';
import { Retention } from '../retention.js';
import { accountCalls, type AccountCalls } from '../spec/account-calls.js';
import { codeIn, mailServer, type MailServer } from '../spec/mail-server.js';
import { PASSWORD, reasonOf, runningAuth, silentLog, type RunningAuth } from '../spec/running-auth.js';

const NEW_PASSWORD = 'a lantern under the bridge';
const newEmail = () => `${randomUUID()}@gatehouse.test`;

interface Running {
  readonly server: MailServer;
  readonly auth: RunningAuth;
  readonly accounts: AccountCalls;
  readonly mailTo: (email: string, count?: number) => Promise<ReturnType<MailServer['to']>[number]>;
  readonly close: () => Promise<void>;
}

async function running(verification: 'off' | 'required'): Promise<Running> {
  const server = await mailServer();
  const auth = await runningAuth({
    GATEHOUSE_MAIL: 'on',
    GATEHOUSE_SMTP_URL: server.url,
    GATEHOUSE_EMAIL_VERIFICATION: verification,
    GATEHOUSE_LIMIT_SCALE: '1',
  });
  const accounts = accountCalls(auth.service.port);
  return {
    server,
    auth,
    accounts,
    mailTo: (email, count = 1) =>
      eventually(() => {
        expect(server.to(email)).toHaveLength(count);
        return server.to(email).at(-1)!;
      }),
    close: async () => {
      accounts.close();
      await auth.close();
      await server.close();
    },
  };
}

describe('verifying an address', () => {
  let suite: Running;
  beforeAll(async () => {
    suite = await running('off');
  });
  afterAll(() => suite.close());

  it('takes the code of a mail once, and then no mail is sent any more', async () => {
    const { auth, accounts, mailTo, server } = suite;
    const { id, email, accessToken } = await auth.signedIn();
    await accounts.requestVerification(accessToken);
    const code = codeIn(await mailTo(email));
    expect(await reasonOf(accounts.reset(code, NEW_PASSWORD))).toBe('CODE_INVALID');
    const reasons = await Promise.all(Array.from({ length: 20 }, () => reasonOf(accounts.verifyEmail(code))));
    expect(reasons.filter((reason) => reason === 'OK')).toHaveLength(1);
    expect(reasons.filter((reason) => reason === 'CODE_INVALID')).toHaveLength(19);
    expect((await auth.getAccount(accessToken)).account!.emailVerified).toBe(true);
    await accounts.requestVerification(accessToken);
    await eventually(async () =>
      expect(await auth.database.sql`select 1 from outbox where topic = 'mail'`).toHaveLength(0),
    );
    expect(server.to(email)).toHaveLength(1);
    const events = await auth.database.sql`
      select outcome from audit_event where target = ${id} and action = 'VerifyEmail' and outcome = 'OK'`;
    expect(events).toHaveLength(1);
  });

  it('sends three mails an hour to an address that nobody has verified, however many are asked for', async () => {
    const { auth, accounts } = suite;
    const { id, accessToken } = await auth.signedIn();
    for (let count = 0; count < 5; count++) await accounts.requestVerification(accessToken);
    const events = await auth.database.sql`
      select outcome from audit_event where target = ${id} and action = 'RequestEmailVerification' order by id`;
    const refused = 'TOO_MANY_ATTEMPTS';
    expect(events.map(({ outcome }) => outcome)).toEqual(['OK', 'OK', 'OK', refused, refused]);
  });

  it('takes no code after a day, and the retention deletes it', async () => {
    const { auth, accounts, mailTo } = suite;
    const { sql } = auth.database;
    const [late, alive] = [await auth.signedIn(), await auth.signedIn()];
    for (const { accessToken } of [late, alive]) await accounts.requestVerification(accessToken);
    const code = codeIn(await mailTo(late.email));
    const good = codeIn(await mailTo(alive.email));
    await sql`
      update one_time_code set requested_at = requested_at - interval '1 day', expires_at = expires_at - interval '1 day'
      where account_id = ${late.id}`;
    expect(await reasonOf(accounts.verifyEmail(code))).toBe('CODE_INVALID');
    await new Retention(auth.context, silentLog).sweep();
    const left =
      await sql`select account_id from one_time_code where account_id in (${late.id}, ${alive.id})`;
    expect(left.map((row) => String(row['account_id']))).toEqual([alive.id]);
    expect(await reasonOf(accounts.verifyEmail(good))).toBe('OK');
  });
});

describe('where addresses must be verified', () => {
  let suite: Running;
  beforeAll(async () => {
    suite = await running('required');
  });
  afterAll(() => suite.close());

  it('nobody signs in before, and a wrong password is no other answer', async () => {
    const { auth, accounts, mailTo } = suite;
    const email = newEmail();
    await auth.register(email);
    const answers = [];
    for (const password of [PASSWORD, 'not the password at all']) {
      const refused = await auth.login(email, password).catch((error: unknown) => error);
      const { code, reason, message } = refused as Record<string, unknown>;
      answers.push({ code, reason, message });
    }
    expect(answers[0]).toMatchObject({ reason: 'CREDENTIALS_INVALID' });
    expect(answers[1]).toEqual(answers[0]);
    await accounts.verifyEmail(codeIn(await mailTo(email)));
    expect(await reasonOf(auth.login(email))).toBe('OK');
  });

  it('a taken address is answered as a free one, for the same work, and its owner is told', async () => {
    const { auth, mailTo } = suite;
    const taken = newEmail();
    await auth.register(taken);
    await mailTo(taken);
    const run = jest.spyOn(auth.context.hashPool, 'run');
    const append = jest.spyOn(auth.context.outbox, 'append');
    const audit = jest.spyOn(auth.context.audit, 'append');
    const outcomes = [];
    for (const email of [newEmail(), taken]) {
      for (const spy of [run, append, audit]) spy.mockClear();
      const { account } = await auth.register(email, NEW_PASSWORD);
      const { id, email: shown, createTime, ...rest } = account!;
      expect(shown).toBe(email);
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(Math.abs(createTime!.getTime() - Date.now())).toBeLessThan(60_000);
      outcomes.push({ rest, work: [run, append, audit].map((spy) => spy.mock.calls.length) });
    }
    for (const spy of [run, append, audit]) spy.mockRestore();
    expect(outcomes[0]).toEqual({
      rest: { roles: ['user'], emailVerified: false, passwordSet: true },
      work: [1, 2, 1],
    });
    expect(outcomes[1]).toEqual(outcomes[0]);
    expect((await mailTo(taken, 2)).source).toMatch(/^Subject: You have an account already\r$/m);
    // The password of the first registration stands.
    const rows = await auth.database.sql`select 1 from account where email = ${taken}`;
    expect(rows).toHaveLength(1);
    expect(await reasonOf(auth.login(taken, NEW_PASSWORD))).toBe('CREDENTIALS_INVALID');
  });

  it('makes one account of 20 parallel registrations of one address, and few mails', async () => {
    const { auth } = suite;
    const append = jest.spyOn(auth.context.outbox, 'append');
    const email = newEmail();
    const reasons = await Promise.all(Array.from({ length: 20 }, () => reasonOf(auth.register(email))));
    const mails = append.mock.calls.filter(
      ([, { topic, payload }]) => topic === 'mail' && payload['account'],
    );
    append.mockRestore();
    expect(new Set(reasons)).toEqual(new Set(['OK']));
    expect(await auth.database.sql`select 1 from account where email = ${email}`).toHaveLength(1);
    // The code of the new account is sent whatever strangers have asked for; it may be one of those that were counted.
    expect([3, 4]).toContain(mails.length);
  });

  it('a password reset verifies too, for those whose code has ended', async () => {
    const { auth, accounts, mailTo } = suite;
    const email = newEmail();
    await auth.register(email);
    await mailTo(email);
    await accounts.requestReset(email);
    await accounts.reset(codeIn(await mailTo(email, 2)), NEW_PASSWORD);
    expect(await reasonOf(auth.login(email, NEW_PASSWORD))).toBe('OK');
  });

  it('the accounts of an operator are verified', async () => {
    const { auth } = suite;
    const email = newEmail();
    await ensureAccounts(auth.context, [{ email, password: PASSWORD, displayName: 'Ada', roles: [] }]);
    expect(await reasonOf(auth.login(email))).toBe('OK');
  });
});
