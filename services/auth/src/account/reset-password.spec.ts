import { eventually } from '@gatehouse/testing';
import { jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { accountCalls, type AccountCalls } from '../spec/account-calls.js';
import { codeIn, mailServer, type MailServer } from '../spec/mail-server.js';
import { claimsOf, PASSWORD, reasonOf, runningAuth, type RunningAuth } from '../spec/running-auth.js';

const NEW_PASSWORD = 'a lantern under the bridge';
const LINK_URL = 'https://gatehouse.example/portal';

describe('resetting a password', () => {
  let server: MailServer;
  let auth: RunningAuth;
  let accounts: AccountCalls;
  beforeAll(async () => {
    server = await mailServer();
    auth = await runningAuth({
      GATEHOUSE_MAIL: 'on',
      GATEHOUSE_SMTP_URL: server.url,
      GATEHOUSE_MAIL_FROM: 'Gatehouse <no-reply@gatehouse.example>',
      GATEHOUSE_LINK_URL: `${LINK_URL}/`,
    });
    accounts = accountCalls(auth.service.port);
  });
  afterAll(async () => {
    accounts.close();
    await auth.close();
    await server.close();
  });

  const mailTo = (email: string, count = 1) =>
    eventually(() => {
      expect(server.to(email)).toHaveLength(count);
      return server.to(email).at(-1)!;
    });
  const newCode = async (email: string, count = 1) => {
    await accounts.requestReset(email);
    return codeIn(await mailTo(email, count));
  };

  it('sends a code and the call that takes it, to the address of the account and by the settings', async () => {
    const { email } = await auth.signedIn();
    await accounts.requestReset(email.toUpperCase(), 'evil.example');
    const mail = await mailTo(email);
    expect(mail.from).toBe('no-reply@gatehouse.example');
    expect(mail.text).toContain(`curl ${LINK_URL}/v1/accounts:resetPassword`);
    expect(mail.source).not.toContain('evil.example');
    expect(mail.source).not.toContain('127.0.0.1');
    const [, json = ''] = /-d '(\{[^']*\})'/.exec(mail.text) ?? [];
    expect(JSON.parse(json)).toEqual({ code: codeIn(mail), newPassword: '...' });
  });

  it('sets the password, verifies the address, ends every sign-in, begins none, and says so by mail', async () => {
    const { id, email, accessToken, refreshToken } = await auth.signedIn();
    const session = await auth.sessions.create(email, PASSWORD);
    expect((await auth.getAccount(accessToken)).account!.emailVerified).toBe(false);
    const code = await newCode(email);
    expect(await accounts.reset(code, NEW_PASSWORD)).toEqual({});

    expect(await reasonOf(auth.login(email))).toBe('CREDENTIALS_INVALID');
    expect(await reasonOf(auth.refresh(refreshToken))).toBe('REFRESH_TOKEN_INVALID');
    expect(await reasonOf(auth.sessions.exchange(session.secret))).toBe('CREDENTIAL_INVALID');
    const revoked = await auth.database.sql`
      select kind, key, not_before from revocation where key in (${id}, ${String(claimsOf(accessToken)['sid'])}, ${session.id})`;
    expect(revoked.map(({ kind }) => String(kind)).sort()).toEqual(['family', 'session', 'subject']);
    const notBefore = revoked.find(({ kind }) => kind === 'subject')!['not_before'] as Date;

    const after = await auth.login(email, NEW_PASSWORD);
    expect(Number(claimsOf(after.accessToken)['iat'])).toBeGreaterThan(notBefore.getTime() / 1_000);
    expect((await auth.getAccount(after.accessToken)).account!.emailVerified).toBe(true);
    const notice = await mailTo(email, 2);
    expect(notice.source).toMatch(/^Subject: Your password was changed\r$/m);
    expect(() => codeIn(notice)).toThrow('no code');
    const events = await auth.database.sql`
      select action, actor, outcome from audit_event where target = ${id} and action like '%Password%' order by id`;
    expect(events).toEqual([
      { action: 'RequestPasswordReset', actor: null, outcome: 'OK' },
      { action: 'ResetPassword', actor: id, outcome: 'OK' },
    ]);
  });

  it('takes a code once, of 20 at the same time', async () => {
    const { email } = await auth.signedIn();
    const code = await newCode(email);
    const passwords = Array.from({ length: 20 }, (_, index) => `${NEW_PASSWORD} ${index}`);
    const reasons = await Promise.all(passwords.map((password) => reasonOf(accounts.reset(code, password))));
    expect(reasons.filter((reason) => reason === 'OK')).toHaveLength(1);
    expect(reasons.filter((reason) => reason === 'CODE_INVALID')).toHaveLength(19);
    const winner = passwords[reasons.indexOf('OK')];
    expect(await reasonOf(auth.login(email, winner))).toBe('OK');
  });

  it('answers every code that is not good alike', async () => {
    const { sql } = auth.database;
    const people = [
      await auth.signedIn(),
      await auth.signedIn(),
      await auth.signedIn(),
      await auth.signedIn(),
    ];
    const [used, expired, replaced, suspended] = await Promise.all(people.map(({ email }) => newCode(email)));
    await accounts.reset(used!, NEW_PASSWORD);
    await sql`
      update one_time_code set requested_at = requested_at - interval '30 minutes', expires_at = expires_at - interval '30 minutes'
      where account_id = ${people[1]!.id}`;
    const newest = await newCode(people[2]!.email, 2);
    await sql`update account set suspended_at = now() where id = ${people[3]!.id}`;
    await accounts.requestVerification((await auth.login(people[2]!.email)).accessToken);
    const forAnotherPurpose = codeIn(await mailTo(people[2]!.email, 3));

    const unknown = 'A'.repeat(43);
    const answers = [];
    for (const code of [unknown, 'short', used!, expired!, replaced!, suspended!, forAnotherPurpose]) {
      const refused = await accounts.reset(code, NEW_PASSWORD).catch((error: unknown) => error);
      const { code: status, reason, message, metadata } = refused as Record<string, unknown>;
      answers.push(JSON.stringify({ status, reason, message, metadata }));
    }
    expect(answers[0]).toContain('CODE_INVALID');
    expect(new Set(answers).size).toBe(1);
    expect(await reasonOf(accounts.reset(newest, NEW_PASSWORD))).toBe('OK');
  });

  it('asks the password what Register asks, and keeps the code for a better one', async () => {
    const { email } = await auth.signedIn();
    const code = await newCode(email);
    for (const password of ['short', 'passwordpassword', `${email.split('@')[0]}!`]) {
      const refused = await accounts.reset(code, password).catch((error: unknown) => error);
      expect(refused).toMatchObject({ reason: 'PASSWORD_REFUSED', violations: [{ field: 'new_password' }] });
    }
    expect(await reasonOf(accounts.reset(code, NEW_PASSWORD))).toBe('OK');
  });

  it('answers an unknown address as a known one, for the same work, and sends nothing', async () => {
    const { email } = await auth.signedIn();
    const stranger = `${randomUUID()}@gatehouse.test`;
    const spies = [
      jest.spyOn(auth.context.accounts, 'findByEmailKey'),
      jest.spyOn(auth.context.outbox, 'append'),
      jest.spyOn(auth.context.audit, 'append'),
    ];
    const outcomes = [];
    for (const address of [email, stranger]) {
      for (const spy of spies) spy.mockClear();
      const reply = await accounts.requestReset(address);
      outcomes.push({ reply, work: spies.map((spy) => spy.mock.calls.length) });
    }
    for (const spy of spies) spy.mockRestore();
    expect(outcomes[0]).toEqual({ reply: {}, work: [1, 1, 1] });
    expect(outcomes[1]).toEqual(outcomes[0]);
    await mailTo(email);
    await eventually(async () =>
      expect(await auth.database.sql`select 1 from outbox where topic = 'mail'`).toHaveLength(0),
    );
    expect(server.to(stranger)).toHaveLength(0);
  });

  it('ends a code that is under way when the password changes by another way', async () => {
    const { email, accessToken } = await auth.signedIn();
    const code = await newCode(email);
    await auth.changePassword(PASSWORD, 'twelve drums in the fog', accessToken);
    expect(await reasonOf(accounts.reset(code, NEW_PASSWORD))).toBe('CODE_INVALID');
    expect((await mailTo(email, 2)).source).toMatch(/^Subject: Your password was changed\r$/m);
  });

  it('leaves nothing usable in the database, before the mail is sent and after', async () => {
    const { id, email } = await auth.signedIn();
    const dump = async () => {
      const rows = await auth.database.sql`
        select to_jsonb(code)::text as row from one_time_code code
        union all select to_jsonb(event)::text from outbox event
        union all select to_jsonb(event)::text from audit_event event
        union all select to_jsonb(account)::text from account`;
      return rows.map(({ row }) => String(row)).join('\n');
    };
    server.refuse({ at: 'recipient', code: 451 });
    await accounts.requestReset(email);
    await eventually(async () => {
      const tried = await auth.database.sql`
        select 1 from outbox where payload ->> 'account' = ${id} and topic = 'mail' and attempts > 0`;
      expect(tried).toHaveLength(1);
    });
    const waiting = await dump();
    server.refuse();
    const code = codeIn(await mailTo(email));
    const sent = await dump();
    for (const text of [waiting, sent]) {
      expect(text).not.toContain(code);
      expect(text).not.toContain(Buffer.from(code).toString('hex'));
      expect(text).not.toContain(Buffer.from(code).toString('base64'));
      expect(text).not.toContain(Buffer.from(code, 'base64url').toString('hex'));
    }
    expect(await reasonOf(accounts.reset(code, NEW_PASSWORD))).toBe('OK');
  });
});
