import { eventually } from '@gatehouse/testing';
import { randomUUID } from 'node:crypto';
import { fewAtOnce } from '../spec/few-at-once.js';
import {
  CLIENT_SECRET,
  claimsOf,
  PASSWORD,
  reasonOf,
  runningAuth,
  type RunningAuth,
} from '../spec/running-auth.js';

const OTHER_PASSWORD = 'a lantern under the bridge';

describe('accounts', () => {
  let auth: RunningAuth;
  beforeAll(async () => {
    auth = await runningAuth();
  });
  afterAll(() => auth.close());

  const newEmail = () => `${randomUUID()}@gatehouse.test`;
  const revokedKeys = async () => {
    const rows = await auth.database.sql`select key from revocation`;
    return rows.map((row) => String(row['key']));
  };
  const eraser = async () => (await auth.issueServiceToken('users', CLIENT_SECRET, 'auth')).accessToken;
  /** The peers of this suite are down, so what they are to be told stays in the outbox. */
  const outboxTopics = async (subject: string) => {
    const rows = await auth.database
      .sql`select topic from outbox where key like ${`%/${subject}`} order by id`;
    return rows.map((row) => String(row['topic']));
  };

  it('registers an account with the role user, and tells the directory in the same transaction', async () => {
    const email = newEmail();
    const { account } = await auth.register(email);
    expect(account).toMatchObject({ email, roles: ['user'], createTime: expect.any(Date) });
    const [made] = await auth.database.sql`
      select account.xmin = account_role.xmin and account.xmin = audit_event.xmin as together
      from account
      join account_role on account_role.account_id = account.id
      join audit_event on audit_event.target = account.id::text
      where account.id = ${account!.id}`;
    expect(made!['together']).toBe(true);
    const [event] = await auth.database
      .sql`select topic, payload from outbox where key = ${`users/${account!.id}`}`;
    expect(event).toMatchObject({
      topic: 'users.ProvisionUser',
      payload: { id: account!.id, email, displayName: 'Somebody' },
    });
  });

  it('makes one account of 100 parallel registrations of one address', async () => {
    const email = newEmail();
    const reasons = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        reasonOf(auth.register(index % 2 === 0 ? email : email.toUpperCase())),
      ),
    );
    expect(reasons.filter((reason) => reason === 'OK')).toHaveLength(1);
    expect(reasons.filter((reason) => reason === 'EMAIL_TAKEN')).toHaveLength(99);
    const rows = await auth.database.sql`select id from account where lower(email) = ${email}`;
    expect(rows).toHaveLength(1);
    expect(await outboxTopics(String(rows[0]!['id']))).toEqual(['users.ProvisionUser']);
  });

  it('keeps nothing of a registration that fails on its way', async () => {
    const { outbox } = auth.context;
    const append = outbox.append.bind(outbox);
    const email = newEmail();
    outbox.append = () => Promise.reject(new Error('the process dies here'));
    try {
      expect(await reasonOf(auth.register(email))).toBe('INTERNAL');
    } finally {
      outbox.append = append;
    }
    expect(await auth.database.sql`select id from account where email = ${email}`).toHaveLength(0);
    expect(await reasonOf(auth.register(email))).toBe('OK');
  });

  it.each([
    ['too short', 'fourteen chars'],
    ['guessed often', 'passwordpassword'],
    ['made of the product and the name', 'gatehouse-somebody'],
  ])('refuses a password that is %s', async (_, password) => {
    const refused = await auth.register(newEmail(), password).catch((error: unknown) => error);
    expect(refused).toMatchObject({
      code: 3,
      reason: 'PASSWORD_REFUSED',
      violations: [{ field: 'password' }],
    });
  });

  it('takes a password that was typed decomposed for the same', async () => {
    const email = newEmail();
    await auth.register(email, 'crème brûlée für alle'.normalize('NFC'));
    expect(await reasonOf(auth.login(email, 'crème brûlée für alle'.normalize('NFD')))).toBe('OK');
    expect(await reasonOf(auth.login(email, 'creme brulee fur alle'))).toBe('CREDENTIALS_INVALID');
  });

  describe('changing the password', () => {
    it('needs the current one', async () => {
      const { accessToken, email } = await auth.signedIn();
      const wrong = auth.changePassword('not the password at all', OTHER_PASSWORD, accessToken);
      expect(await reasonOf(wrong)).toBe('CREDENTIALS_INVALID');
      expect(await reasonOf(auth.login(email))).toBe('OK');
    });

    it('ends every other sign-in and keeps the own', async () => {
      const own = await auth.signedIn();
      const others = [await auth.login(own.email), await auth.login(own.email)];
      await auth.changePassword(PASSWORD, OTHER_PASSWORD, own.accessToken);
      expect(await reasonOf(auth.refresh(own.refreshToken))).toBe('OK');
      const revoked = await revokedKeys();
      for (const other of others) {
        expect(await reasonOf(auth.refresh(other.refreshToken))).toBe('REFRESH_TOKEN_INVALID');
        expect(revoked).toContain(claimsOf(other.accessToken)['sid']);
      }
      expect(revoked).not.toContain(claimsOf(own.accessToken)['sid']);
      expect(await reasonOf(auth.login(own.email))).toBe('CREDENTIALS_INVALID');
      expect(await reasonOf(auth.login(own.email, OTHER_PASSWORD))).toBe('OK');
    });

    it('asks the new one what Register asks, the address included', async () => {
      const { accessToken, email } = await auth.signedIn();
      for (const password of ['short', `${email.split('@')[0]}!`]) {
        const refused = await auth
          .changePassword(PASSWORD, password, accessToken)
          .catch((error: unknown) => error);
        expect(refused).toMatchObject({
          reason: 'PASSWORD_REFUSED',
          violations: [{ field: 'new_password' }],
        });
      }
    });

    it('lets one of two parallel changes win', async () => {
      const { accessToken } = await auth.signedIn();
      const reasons = await Promise.all(
        [OTHER_PASSWORD, 'twelve drums in the fog'].map((password) =>
          reasonOf(auth.changePassword(PASSWORD, password, accessToken)),
        ),
      );
      expect(reasons.sort()).toEqual(['CREDENTIALS_INVALID', 'OK']);
    });
  });

  describe('erasing an account', () => {
    it('is for services alone', async () => {
      const { id, accessToken } = await auth.signedIn('admin');
      expect(await reasonOf(auth.eraseAccount(id, accessToken))).toBe('CALLER_NOT_ADMITTED');
    });

    it('leaves nothing, revokes the subject and tells the other services; twice is the same as once', async () => {
      const { id, email, refreshToken, accessToken } = await auth.signedIn();
      const service = await eraser();
      await auth.eraseAccount(id, service);
      await auth.eraseAccount(id, service);
      expect(await reasonOf(auth.refresh(refreshToken))).toBe('REFRESH_TOKEN_INVALID');
      expect(await reasonOf(auth.login(email))).toBe('CREDENTIALS_INVALID');
      await eventually(async () =>
        expect(await reasonOf(auth.getAccount(accessToken))).toBe('UNAUTHENTICATED'),
      );
      const { sql } = auth.database;
      expect(await sql`select 1 from account where id = ${id}`).toHaveLength(0);
      expect(await sql`select 1 from token_family where account_id = ${id}`).toHaveLength(0);
      expect(await outboxTopics(id)).toEqual(['users.EraseUser', 'resources.EraseSubject']);
      const revoked = await sql`select kind, not_before from revocation where key = ${id}`;
      expect(revoked).toHaveLength(1);
      expect(revoked[0]).toMatchObject({ kind: 'subject', not_before: expect.any(Date) });
    });

    it('takes more of it than one statement deletes in its time, all at once', async () => {
      const { sql } = auth.database;
      const { id, accessToken } = await auth.signedIn();
      const family = String(claimsOf(accessToken)['sid']);
      await sql`
        insert into refresh_token (hash, family_id, spent_at)
        select sha256(n::text::bytea), ${family}, clock_timestamp() from generate_series(1, 10001) n`;
      await sql`
        with signed_in as (
          insert into session (id, account_id, hash, last_address, device, idle_expires_at, expires_at, ended_at)
          select gen_random_uuid(), ${id}, sha256(n::text::bytea), '', '', now(), now(), now()
          from generate_series(1, 10001) n returning *
        )
        insert into oauth_artifact (hash, kind, payload, session_id, expires_at)
        select hash, 'Session', '', id, now() from signed_in`;
      const tables = ['refresh_token', 'session', 'oauth_artifact'];
      await fewAtOnce(auth.database, 'delete', ...tables);
      await auth.eraseAccount(id, await eraser());
      expect(await sql`select 1 from account where id = ${id}`).toHaveLength(0);
      for (const table of tables)
        expect(await sql`select 1 from ${sql(table)} where hash = sha256('10001')`).toHaveLength(0);
    });
  });
});
