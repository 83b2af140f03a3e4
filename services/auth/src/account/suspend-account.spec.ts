import { randomUUID } from 'node:crypto';
import { accountCalls, type AccountCalls } from '../spec/account-calls.js';
import { claimsOf, PASSWORD, reasonOf, runningAuth, type RunningAuth } from '../spec/running-auth.js';

describe('suspending an account', () => {
  let auth: RunningAuth;
  let accounts: AccountCalls;
  beforeAll(async () => {
    auth = await runningAuth();
    accounts = accountCalls(auth.service.port);
  });
  afterAll(async () => {
    accounts.close();
    await auth.close();
  });
  afterEach(async () => {
    await auth.database.sql`delete from account_role where role = 'admin'`;
  });

  it('is for admins', async () => {
    const editor = await auth.signedIn('editor');
    const { id } = await auth.signedIn();
    expect(await reasonOf(accounts.suspend(id, editor.accessToken))).toBe('PERMISSION_MISSING');
    expect(await reasonOf(accounts.reinstate(id, editor.accessToken))).toBe('PERMISSION_MISSING');
  });

  it('ends what the account is signed in with, and refuses signing in as if the password were wrong', async () => {
    const admin = await auth.signedIn('admin');
    const { id, email, accessToken, refreshToken } = await auth.signedIn();
    const session = await auth.sessions.create(email, PASSWORD);
    await accounts.suspend(id, admin.accessToken);
    await accounts.suspend(id, admin.accessToken);

    const answers = [];
    for (const attempt of [auth.login(email), auth.login(email, 'not the password at all')]) {
      const { code, reason, message } = (await attempt.catch((error: unknown) => error)) as Record<
        string,
        unknown
      >;
      answers.push({ code, reason, message });
    }
    expect(answers[0]).toMatchObject({ reason: 'CREDENTIALS_INVALID' });
    expect(answers[1]).toEqual(answers[0]);
    expect(await reasonOf(auth.sessions.create(email, PASSWORD))).toBe('CREDENTIALS_INVALID');
    expect(await reasonOf(auth.refresh(refreshToken))).toBe('REFRESH_TOKEN_INVALID');
    expect(await reasonOf(auth.sessions.exchange(session.secret))).toBe('CREDENTIAL_INVALID');

    const revoked = await auth.database.sql`
      select kind from revocation where key in (${id}, ${session.id}, ${String(claimsOf(accessToken)['sid'])})`;
    expect(revoked.map(({ kind }) => String(kind)).sort()).toEqual(['family', 'session', 'subject']);
    const events = await auth.database.sql`
      select actor, outcome from audit_event where target = ${id} and action = 'SuspendAccount'`;
    expect(events).toEqual([
      { actor: admin.id, outcome: 'OK' },
      { actor: admin.id, outcome: 'OK' },
    ]);
  });

  it('is taken back, and what it ended stays ended', async () => {
    const admin = await auth.signedIn('admin');
    const { id, email, refreshToken } = await auth.signedIn();
    await accounts.suspend(id, admin.accessToken);
    await accounts.reinstate(id, admin.accessToken);
    await accounts.reinstate(id, admin.accessToken);
    expect(await reasonOf(auth.refresh(refreshToken))).toBe('REFRESH_TOKEN_INVALID');
    const { accessToken } = await auth.login(email);
    const [row] = await auth.database.sql`select tokens_not_before from account where id = ${id}`;
    const notBefore = (row!['tokens_not_before'] as Date).getTime() / 1_000;
    expect(Number(claimsOf(accessToken)['iat'])).toBeGreaterThan(notBefore);
  });

  it('leaves no sign-in alive that began or was refreshed at the same time', async () => {
    const admin = await auth.signedIn('admin');
    for (let round = 0; round < 5; round++) {
      const { id, email, refreshToken } = await auth.signedIn();
      const logins = Array.from({ length: 4 }, () => auth.login(email).catch(() => undefined));
      const refreshed = auth.refresh(refreshToken).catch(() => undefined);
      await accounts.suspend(id, admin.accessToken);
      const tokens = (await Promise.all([...logins, refreshed])).filter((set) => set !== undefined);
      const [row] = await auth.database.sql`select tokens_not_before from account where id = ${id}`;
      const notBefore = (row!['tokens_not_before'] as Date).getTime() / 1_000;
      for (const set of tokens) {
        expect(await reasonOf(auth.refresh(set.refreshToken))).toBe('REFRESH_TOKEN_INVALID');
        expect(Number(claimsOf(set.accessToken)['iat'])).toBeLessThanOrEqual(notBefore);
      }
      const live = await auth.database
        .sql`select 1 from token_family where account_id = ${id} and ended_at is null`;
      expect(live).toHaveLength(0);
    }
  });

  it('answers for what does not exist, in the audit trail too', async () => {
    const admin = await auth.signedIn('admin');
    const nobody = randomUUID();
    expect(await reasonOf(accounts.suspend(nobody, admin.accessToken))).toBe('ACCOUNT_UNKNOWN');
    expect(await reasonOf(accounts.reinstate(nobody, admin.accessToken))).toBe('ACCOUNT_UNKNOWN');
    const events = await auth.database.sql`
      select action, outcome from audit_event where target = ${nobody} order by id`;
    expect(events).toEqual([
      { action: 'SuspendAccount', outcome: 'ACCOUNT_UNKNOWN' },
      { action: 'ReinstateAccount', outcome: 'ACCOUNT_UNKNOWN' },
    ]);
  });

  it('keeps the last admin: one who is suspended is no other', async () => {
    const admin = await auth.signedIn('admin');
    expect(await reasonOf(accounts.suspend(admin.id, admin.accessToken))).toBe('LAST_ADMIN');
    const other = await auth.signedIn('admin');
    await accounts.suspend(other.id, admin.accessToken);
    expect(await reasonOf(accounts.suspend(admin.id, admin.accessToken))).toBe('LAST_ADMIN');
    expect(await reasonOf(auth.withdrawRole(admin.id, 'admin', admin.accessToken))).toBe('LAST_ADMIN');
    await accounts.reinstate(other.id, admin.accessToken);
    expect(await reasonOf(auth.withdrawRole(admin.id, 'admin', admin.accessToken))).toBe('OK');
  });

  it('keeps one of two admins who suspend each other at once', async () => {
    for (let round = 0; round < 5; round++) {
      await auth.database.sql`delete from account_role where role = 'admin'`;
      const [one, two] = [await auth.signedIn('admin'), await auth.signedIn('admin')];
      const reasons = await Promise.all([
        reasonOf(accounts.suspend(two.id, one.accessToken)),
        reasonOf(accounts.suspend(one.id, two.accessToken)),
      ]);
      expect(reasons.sort()).toEqual(['LAST_ADMIN', 'OK']);
    }
  });
});
