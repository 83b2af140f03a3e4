import { randomUUID } from 'node:crypto';
import { Credential } from '@gatehouse/contracts/access';
import { claimsOf, PASSWORD, reasonOf, runningAuth, type RunningAuth } from '../spec/running-auth.js';
import { sessionCalls, type SpecSession } from '../spec/session-calls.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

describe('sessions', () => {
  let auth: RunningAuth;
  beforeAll(async () => {
    auth = await runningAuth();
  });
  afterAll(() => auth.close());

  /** The access token of a session. */
  const tokenOf = async ({ secret }: SpecSession) => (await auth.sessions.exchange(secret)).accessToken;
  const sidOf = (accessToken: string) => String(claimsOf(accessToken)['sid']);
  const revocationsOf = (key: string) =>
    auth.database.sql`select kind, not_before, xid::text as xid from revocation where key = ${key}`;
  /** The last event of an action upon an account. */
  const eventOf = async (target: string, action: string) => {
    const [row] = await auth.database.sql`
      select actor, outcome, xmin::text as xid from audit_event
      where target = ${target} and action = ${action} order by id desc limit 1`;
    return row;
  };
  /** An account with one session. */
  const inBrowser = async (...roles: string[]) => {
    const account = await auth.signedIn(...roles);
    const session = await auth.sessions.create(account.email, PASSWORD);
    return { ...account, session, accessToken: await tokenOf(session), familyToken: account.accessToken };
  };

  describe('beginning', () => {
    it('says what the session is, and gives 256 bits that nobody is told again', async () => {
      const { id, email } = await auth.signedIn();
      const { secret, ...session } = await auth.sessions.create(email.toUpperCase(), PASSWORD);
      expect(secret).toMatch(/^[A-Za-z0-9_-]{43}$/);
      expect(session).toMatchObject({
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        credential: Credential.SESSION,
        device: 'Spec/1.0',
        address: '127.0.0.1',
        current: true,
      });
      const lifetime = (time: Date | undefined) => time!.getTime() - session.createTime!.getTime();
      expect(Math.round(lifetime(session.idleExpireTime) / HOUR_MS)).toBe(24);
      expect(Math.round(lifetime(session.expireTime) / DAY_MS)).toBe(30);
      expect(await eventOf(id, 'CreateSession')).toMatchObject({ actor: id, outcome: 'OK' });
    });

    it('gives a new secret at every sign-in and leaves the sessions before it apart', async () => {
      const { email } = await auth.signedIn();
      const [first, second] = [
        await auth.sessions.create(email, PASSWORD),
        await auth.sessions.create(email, PASSWORD),
      ];
      expect(second.secret).not.toBe(first.secret);
      expect(sidOf(await tokenOf(first))).toBe(first.id);
      expect(sidOf(await tokenOf(second))).toBe(second.id);
    });

    it('answers an unknown account as a wrong password', async () => {
      const { id, email } = await auth.signedIn();
      const refusals = await Promise.all(
        [email, 'nobody@gatehouse.test'].map((address) =>
          auth.sessions.create(address, 'not the password at all').catch((error: unknown) => error),
        ),
      );
      for (const refusal of refusals)
        expect(refusal).toMatchObject({ reason: 'CREDENTIALS_INVALID', code: 16 });
      const [known, unknown] = refusals as Error[];
      expect(known!.message).toBe(unknown!.message);
      expect(await eventOf(id, 'CreateSession')).toMatchObject({ outcome: 'CREDENTIALS_INVALID' });
      expect(await auth.database.sql`select from session where account_id = ${id}`).toHaveLength(0);
    });

    it('refuses when the password changes while it is being compared', async () => {
      const { email, accessToken } = await auth.signedIn();
      const { passwords } = auth.context;
      const verify = passwords.verify.bind(passwords);
      passwords.verify = async (...compared) => {
        passwords.verify = verify;
        const verdict = await verify(...compared);
        await auth.changePassword(PASSWORD, 'a lantern under the bridge', accessToken);
        return verdict;
      };
      expect(await reasonOf(auth.sessions.create(email, PASSWORD))).toBe('CREDENTIALS_INVALID');
    });
  });

  describe('listing', () => {
    it('shows sessions and token families, last used first, and which one asks', async () => {
      const { email, session, familyToken, refreshToken } = await inBrowser();
      const phone = sessionCalls(auth.service.port, 'Phone/2.0');
      const onPhone = await phone.create(email, PASSWORD);
      phone.close();
      const accessToken = await tokenOf(onPhone);
      const list = async () =>
        (await auth.sessions.list(accessToken)).sessions.map((shown) => [
          shown.id,
          shown.credential,
          shown.device,
        ]);
      const browser = [session.id, Credential.SESSION, 'Spec/1.0'];
      const family = [sidOf(familyToken), Credential.TOKEN_FAMILY, ''];
      expect(await list()).toEqual([[onPhone.id, Credential.SESSION, 'Phone/2.0'], browser, family]);
      await auth.refresh(refreshToken);
      expect((await list())[0]).toEqual(family);
      const { sessions } = await auth.sessions.list(accessToken);
      expect(sessions.filter(({ current }) => current).map(({ id }) => id)).toEqual([onPhone.id]);
      expect(sessions.every(({ address }) => address === '127.0.0.1')).toBe(true);
    });

    it('goes by the page, each one once, also among equals', async () => {
      const { id, email, accessToken } = await inBrowser();
      for (let count = 0; count < 3; count++) await auth.sessions.create(email, PASSWORD);
      await auth.database
        .sql`update session set last_used_at = '2026-01-01T00:00:00.123456Z' where account_id = ${id}`;
      const { sessions: all } = await auth.sessions.list(accessToken);
      const seen: string[] = [];
      let pageToken = '';
      do {
        const page = await auth.sessions.list(accessToken, 2, pageToken);
        expect(page.sessions.length).toBeLessThanOrEqual(2);
        seen.push(...page.sessions.map((session) => session.id));
        pageToken = page.nextPageToken;
      } while (pageToken !== '');
      expect(seen).toEqual(all.map((session) => session.id));
      expect(new Set(seen).size).toBe(5);
    });

    it('refuses a page token of another account', async () => {
      const [mine, other] = [await inBrowser(), await inBrowser()];
      const { nextPageToken } = await auth.sessions.list(mine.accessToken, 1);
      expect(await reasonOf(auth.sessions.list(other.accessToken, 1, nextPageToken))).toBe(
        'PAGE_TOKEN_INVALID',
      );
    });

    it('leaves out what is over', async () => {
      const { id, email, accessToken, session } = await inBrowser();
      const { sql } = auth.database;
      const past = sql`clock_timestamp() - interval '1 second'`;
      const [idle, expired, ended] = [
        await auth.sessions.create(email, PASSWORD),
        await auth.sessions.create(email, PASSWORD),
        await auth.sessions.create(email, PASSWORD),
      ];
      await sql`update session set idle_expires_at = ${past} where id = ${idle.id}`;
      await sql`update session set idle_expires_at = ${past}, expires_at = ${past} where id = ${expired.id}`;
      await sql`update session set ended_at = ${past} where id = ${ended.id}`;
      await sql`update token_family set idle_expires_at = ${past} where account_id = ${id}`;
      const { sessions } = await auth.sessions.list(accessToken);
      expect(sessions.map((shown) => shown.id)).toEqual([session.id]);
    });
  });

  describe('ending one', () => {
    it('revokes it in the transaction of its end, and keeps the others', async () => {
      const { id, email, accessToken } = await inBrowser();
      const other = await auth.sessions.create(email, PASSWORD);
      const reply = await auth.sessions.end(other.id, accessToken);
      expect(reply.session).toMatchObject({ id: other.id, current: false, device: 'Spec/1.0' });
      expect(reply.sessionSecret).toBeUndefined();
      expect(await reasonOf(auth.sessions.exchange(other.secret))).toBe('CREDENTIAL_INVALID');
      const [row] = await auth.database.sql`select xmin::text as xid from session where id = ${other.id}`;
      const event = await eventOf(id, 'EndSession');
      expect(await revocationsOf(other.id)).toEqual([
        { kind: 'session', not_before: null, xid: row!['xid'] },
      ]);
      expect(event).toMatchObject({ actor: id, outcome: 'OK', xid: row!['xid'] });
      expect((await auth.sessions.list(accessToken)).sessions).toHaveLength(2);
    });

    it('ends a token family by its ID', async () => {
      const { accessToken, familyToken, refreshToken } = await inBrowser();
      const { session } = await auth.sessions.end(sidOf(familyToken), accessToken);
      expect(session).toMatchObject({ id: sidOf(familyToken), credential: Credential.TOKEN_FAMILY });
      expect(await reasonOf(auth.refresh(refreshToken))).toBe('REFRESH_TOKEN_INVALID');
      expect(await revocationsOf(sidOf(familyToken))).toMatchObject([{ kind: 'family' }]);
    });

    it.each(['current', 'its ID'])('empties the cookie of the one that asks, named by %s', async (name) => {
      const { accessToken, session } = await inBrowser();
      const reply = await auth.sessions.end(name === 'current' ? name : session.id, accessToken);
      expect(reply).toMatchObject({ session: { id: session.id, current: true }, sessionSecret: '' });
      expect(await reasonOf(auth.sessions.exchange(session.secret))).toBe('CREDENTIAL_INVALID');
    });

    it('takes `current` for the token family that asks', async () => {
      const { refreshToken, familyToken } = await inBrowser();
      const reply = await auth.sessions.end('current', familyToken);
      expect(reply.session).toMatchObject({ id: sidOf(familyToken), credential: Credential.TOKEN_FAMILY });
      expect(await reasonOf(auth.refresh(refreshToken))).toBe('REFRESH_TOKEN_INVALID');
    });

    it("knows neither another account's nor one that is over", async () => {
      const [mine, other] = [await inBrowser(), await inBrowser()];
      const over = await auth.sessions.create(mine.email, PASSWORD);
      await auth.sessions.end(over.id, mine.accessToken);
      for (const unknown of [other.session.id, sidOf(other.familyToken), over.id, randomUUID()]) {
        const refused = await auth.sessions.end(unknown, mine.accessToken).catch((error: unknown) => error);
        expect(refused).toMatchObject({ reason: 'SESSION_UNKNOWN', code: 5 });
      }
      expect(await eventOf(mine.id, 'EndSession')).toMatchObject({ outcome: 'SESSION_UNKNOWN' });
      expect(await reasonOf(auth.sessions.exchange(other.session.secret))).toBe('OK');
      expect(await reasonOf(auth.refresh(other.refreshToken))).toBe('OK');
    });
  });

  describe('ending the others', () => {
    it('keeps the one that asks', async () => {
      const { id, email, accessToken, session, familyToken, refreshToken } = await inBrowser();
      const other = await auth.sessions.create(email, PASSWORD);
      expect((await auth.sessions.endOthers(accessToken)).endedCount).toBe(2);
      expect((await auth.sessions.endOthers(accessToken)).endedCount).toBe(0);
      expect(await reasonOf(auth.sessions.exchange(session.secret))).toBe('OK');
      expect(await reasonOf(auth.sessions.exchange(other.secret))).toBe('CREDENTIAL_INVALID');
      expect(await reasonOf(auth.refresh(refreshToken))).toBe('REFRESH_TOKEN_INVALID');
      expect(await revocationsOf(other.id)).toMatchObject([{ kind: 'session' }]);
      expect(await revocationsOf(sidOf(familyToken))).toMatchObject([{ kind: 'family' }]);
      expect(await revocationsOf(session.id)).toHaveLength(0);
      expect(await eventOf(id, 'EndOtherSessions')).toMatchObject({ actor: id, outcome: 'OK' });
    });

    it('comes with a change of the password', async () => {
      const { email, accessToken, session, refreshToken } = await inBrowser();
      const other = await auth.sessions.create(email, PASSWORD);
      await auth.changePassword(PASSWORD, 'a lantern under the bridge', accessToken);
      expect(await reasonOf(auth.sessions.exchange(session.secret))).toBe('OK');
      expect(await reasonOf(auth.sessions.exchange(other.secret))).toBe('CREDENTIAL_INVALID');
      expect(await reasonOf(auth.refresh(refreshToken))).toBe('REFRESH_TOKEN_INVALID');
      expect(await revocationsOf(other.id)).toMatchObject([{ kind: 'session' }]);
    });
  });

  describe("an account's", () => {
    it('are for admins', async () => {
      const [caller, other] = [await inBrowser('editor'), await inBrowser()];
      expect(await reasonOf(auth.sessions.listOf(other.id, caller.accessToken))).toBe('PERMISSION_MISSING');
      expect(await reasonOf(auth.sessions.endOf(other.id, caller.accessToken))).toBe('PERMISSION_MISSING');
      expect(await reasonOf(auth.sessions.exchange(other.session.secret))).toBe('OK');
    });

    it('are listed by the page', async () => {
      const [admin, other] = [await inBrowser('admin'), await inBrowser()];
      const first = await auth.sessions.listOf(other.id, admin.accessToken, 1);
      const second = await auth.sessions.listOf(other.id, admin.accessToken, 1, first.nextPageToken);
      expect([...first.sessions, ...second.sessions].map(({ id, current }) => [id, current])).toEqual([
        [other.session.id, false],
        [sidOf(other.familyToken), false],
      ]);
      expect(second.nextPageToken).toBe('');
    });

    it('end one by one, or all at once; what is over counts for nothing', async () => {
      const [admin, other] = [await inBrowser('admin'), await inBrowser()];
      const endOf = async (sessionId?: string) =>
        (await auth.sessions.endOf(other.id, admin.accessToken, sessionId)).endedCount;
      expect(await endOf(other.session.id)).toBe(1);
      expect(await endOf(other.session.id)).toBe(0);
      expect(await endOf(admin.session.id)).toBe(0);
      expect(await reasonOf(auth.refresh(other.refreshToken))).toBe('OK');
      const again = await auth.sessions.create(other.email, PASSWORD);
      expect(await endOf()).toBe(2);
      for (const { secret } of [other.session, again]) {
        expect(await reasonOf(auth.sessions.exchange(secret))).toBe('CREDENTIAL_INVALID');
      }
      expect(await reasonOf(auth.sessions.exchange(admin.session.secret))).toBe('OK');
      expect(await revocationsOf(again.id)).toMatchObject([{ kind: 'session' }]);
      expect(await eventOf(other.id, 'EndSubjectSessions')).toMatchObject({ actor: admin.id, outcome: 'OK' });
    });

    it('end for a suspended account too', async () => {
      const [admin, other] = [await inBrowser('admin'), await inBrowser()];
      await auth.database.sql`update account set suspended_at = clock_timestamp() where id = ${other.id}`;
      expect(await reasonOf(auth.sessions.exchange(other.session.secret))).toBe('CREDENTIAL_INVALID');
      const { sessions } = await auth.sessions.listOf(other.id, admin.accessToken);
      expect(sessions).toHaveLength(2);
      expect((await auth.sessions.endOf(other.id, admin.accessToken)).endedCount).toBe(2);
      expect(await revocationsOf(other.session.id)).toMatchObject([{ kind: 'session' }]);
    });

    it('need an account', async () => {
      const { accessToken } = await inBrowser('admin');
      const nobody = randomUUID();
      expect(await reasonOf(auth.sessions.listOf(nobody, accessToken))).toBe('ACCOUNT_UNKNOWN');
      expect(await reasonOf(auth.sessions.endOf(nobody, accessToken))).toBe('ACCOUNT_UNKNOWN');
      expect(await eventOf(nobody, 'EndSubjectSessions')).toMatchObject({ outcome: 'ACCOUNT_UNKNOWN' });
    });
  });
});
