import { randomUUID } from 'node:crypto';
import { eventually } from '@gatehouse/testing';
import { accountCalls, type AccountCalls } from '../spec/account-calls.js';
import { apiKeyCalls } from '../spec/api-key-calls.js';
import { identityCalls, linkedIdentity, type IdentityCalls } from '../spec/identity-calls.js';
import { codeIn, mailServer, type MailServer } from '../spec/mail-server.js';
import { CLIENT_SECRET, PASSWORD, reasonOf, runningAuth, type RunningAuth } from '../spec/running-auth.js';

const NEW_PASSWORD = 'a lantern under the bridge';

let server: MailServer;
let auth: RunningAuth;
let accounts: AccountCalls;
let identities: IdentityCalls;
let apiKeys: ReturnType<typeof apiKeyCalls>;
beforeAll(async () => {
  server = await mailServer();
  auth = await runningAuth({ GATEHOUSE_MAIL: 'on', GATEHOUSE_SMTP_URL: server.url });
  accounts = accountCalls(auth.service.port);
  identities = identityCalls(auth.service.port);
  apiKeys = apiKeyCalls(auth.service.port);
});
afterAll(async () => {
  accounts.close();
  identities.close();
  apiKeys.close();
  await auth.close();
  await server.close();
});

const link = (accountId: string, email?: string) => linkedIdentity(auth.database, accountId, email);
const removePassword = (accountId: string) =>
  auth.database.sql`update account set password_hash = null where id = ${accountId}`;
const idsOf = async (accountId: string) => {
  const rows = await auth.database.sql<{ id: string }[]>`
    select id from identity where account_id = ${accountId} order by created_at`;
  return rows.map(({ id }) => id);
};
const outcomesOf = async (action: string, actor: string) => {
  const rows = await auth.database.sql<{ outcome: string }[]>`
    select outcome from audit_event where action = ${action} and actor = ${actor} order by id`;
  return rows.map(({ outcome }) => outcome);
};

describe('the identities of an account', () => {
  it('are listed for their owner and for admins, oldest first, a page at a time', async () => {
    const owner = await auth.signedIn();
    const { accessToken: admin } = await auth.signedIn('admin');
    const ids = [await link(owner.id, owner.email), await link(owner.id), await link(owner.id)];
    const first = await identities.list(owner.accessToken, 2);
    const second = await identities.list(owner.accessToken, 2, first.nextPageToken);
    expect([...first.identities, ...second.identities].map(({ id }) => id)).toEqual(ids);
    expect(second.nextPageToken).toBe('');
    expect(first.identities[0]).toEqual({
      id: ids[0],
      // No provider of the settings has this issuer.
      provider: '',
      issuer: 'https://id.test',
      subject: ids[0],
      displayName: 'Somebody',
      email: owner.email,
      createTime: expect.any(Date),
      lastUseTime: undefined,
    });
    expect((await identities.listOf(owner.id, admin)).identities).toHaveLength(3);
  });

  it('are for nobody else', async () => {
    const [owner, other] = [await auth.signedIn(), await auth.signedIn()];
    const { accessToken: admin } = await auth.signedIn('admin');
    const id = await link(owner.id);
    expect((await identities.list(other.accessToken)).identities).toEqual([]);
    expect(await reasonOf(identities.listOf(owner.id, other.accessToken))).toBe('PERMISSION_MISSING');
    expect(await reasonOf(identities.listOf(randomUUID(), admin))).toBe('ACCOUNT_UNKNOWN');
    expect(await reasonOf(identities.unlink(id, other.accessToken))).toBe('IDENTITY_UNKNOWN');
    expect(await reasonOf(identities.unlink(id, admin))).toBe('IDENTITY_UNKNOWN');
    expect(await idsOf(owner.id)).toEqual([id]);
    expect(await outcomesOf('UnlinkIdentity', other.id)).toEqual(['IDENTITY_UNKNOWN']);
  });

  it('belong to one account each', async () => {
    const [one, other] = [await auth.signedIn(), await auth.signedIn()];
    const id = await link(one.id);
    const again = auth.database.sql`
      insert into identity (id, account_id, issuer, subject, display_name)
      values (${randomUUID()}, ${other.id}, 'https://id.test', ${id}, 'Somebody')`;
    await expect(again).rejects.toMatchObject({ constraint_name: 'identity_issuer_subject' });
  });

  it('go with it', async () => {
    const { id } = await auth.signedIn();
    await link(id);
    const service = await auth.issueServiceToken('users', CLIENT_SECRET, 'auth');
    await auth.eraseAccount(id, service.accessToken);
    expect(await idsOf(id)).toEqual([]);
  });
});

describe('unlinking', () => {
  it('ends every other sign-in, and says so by mail', async () => {
    const owner = await auth.signedIn();
    const id = await link(owner.id);
    const session = await auth.sessions.create(owner.email, PASSWORD);
    const { identity } = await identities.unlink(id, owner.accessToken);
    expect(identity?.id).toBe(id);
    expect(await idsOf(owner.id)).toEqual([]);
    expect(await reasonOf(auth.sessions.exchange(session.secret))).toBe('CREDENTIAL_INVALID');
    expect(await reasonOf(auth.refresh(owner.refreshToken))).toBe('OK');
    expect(await outcomesOf('UnlinkIdentity', owner.id)).toEqual(['OK']);
    await eventually(() => expect(server.to(owner.email)).toHaveLength(1));
    expect(await reasonOf(identities.unlink(id, owner.accessToken))).toBe('IDENTITY_UNKNOWN');
  });

  it('leaves an account without a password one way in, of two at once too', async () => {
    const owner = await auth.signedIn();
    await removePassword(owner.id);
    const ids = [await link(owner.id), await link(owner.id)];
    const reasons = await Promise.all(ids.map((id) => reasonOf(identities.unlink(id, owner.accessToken))));
    expect(reasons.sort()).toEqual(['LAST_WAY_IN', 'OK']);
    expect(await idsOf(owner.id)).toHaveLength(1);
    expect((await outcomesOf('UnlinkIdentity', owner.id)).sort()).toEqual(['LAST_WAY_IN', 'OK']);
  });
});

describe('an account without a password', () => {
  it('is signed in to with none, and has none to change', async () => {
    const owner = await auth.signedIn();
    await removePassword(owner.id);
    const { account } = await auth.getAccount(owner.accessToken);
    expect(account).toMatchObject({ passwordSet: false });
    for (const password of [PASSWORD, '', 'null']) {
      expect(await reasonOf(auth.login(owner.email, password))).toMatch(
        /^(CREDENTIALS_INVALID|FIELD_INVALID)$/,
      );
    }
    const change = auth.changePassword(PASSWORD, NEW_PASSWORD, owner.accessToken);
    expect(await reasonOf(change)).toBe('PASSWORD_NOT_SET');
    expect(await outcomesOf('ChangePassword', owner.id)).toEqual(['PASSWORD_NOT_SET']);
  });

  it('gets one by mail', async () => {
    const owner = await auth.signedIn();
    await removePassword(owner.id);
    await resetPassword(owner.email);
    const { accessToken } = await auth.login(owner.email, NEW_PASSWORD);
    expect((await auth.getAccount(accessToken)).account).toMatchObject({ passwordSet: true });
  });
});

describe('a password reset', () => {
  const verify = (accountId: string) =>
    auth.database.sql`update account set email_verified_at = clock_timestamp() where id = ${accountId}`;

  it('keeps the identities of whoever reads the mail, and unlinks those of others', async () => {
    const owner = await auth.signedIn();
    await verify(owner.id);
    const own = await link(owner.id, owner.email.toUpperCase());
    await link(owner.id, 'somebody.else@gatehouse.test');
    await link(owner.id);
    await resetPassword(owner.email);
    expect(await idsOf(owner.id)).toEqual([own]);
  });

  it('leaves no way in to whoever made the account before the owner of its address came', async () => {
    const attacker = await auth.signedIn();
    await link(attacker.id, attacker.email);
    await link(attacker.id);
    const key = await apiKeys.create(attacker.accessToken);
    await resetPassword(attacker.email);
    expect(await idsOf(attacker.id)).toEqual([]);
    expect(await reasonOf(apiKeys.exchange(key.secret))).toBe('CREDENTIAL_INVALID');
  });

  it('leaves no API key to whoever was making one at that moment', async () => {
    const attacker = await auth.signedIn();
    const code = await codeFor(attacker.email);
    const { resetting, making } = await auth.database.sql.begin(async (tx) => {
      await tx`select from account where id = ${attacker.id} for update`;
      const waiting = (count: number) =>
        eventually(async () => {
          const blocked = await tx`
            select from pg_locks join pg_stat_activity using (pid)
            where not granted and datname = current_database()`;
          expect(blocked).toHaveLength(count);
        });
      const reset = accounts.reset(code, NEW_PASSWORD);
      await waiting(1);
      const made = reasonOf(apiKeys.create(attacker.accessToken));
      await waiting(2);
      return { resetting: reset, making: made };
    });
    await resetting;
    expect(await making).toBe('UNAUTHENTICATED');
    expect(await auth.database.sql`select from api_key where account_id = ${attacker.id}`).toHaveLength(0);
    expect(await outcomesOf('CreateApiKey', attacker.id)).toEqual(['SIGN_IN_OVER']);
  });

  it('keeps the API keys of an account whose address is verified', async () => {
    const owner = await auth.signedIn();
    const key = await apiKeys.create(owner.accessToken);
    await verify(owner.id);
    await resetPassword(owner.email);
    expect(await reasonOf(apiKeys.exchange(key.secret))).toBe('OK');
  });
});

async function resetPassword(email: string): Promise<void> {
  await accounts.reset(await codeFor(email), NEW_PASSWORD);
}

async function codeFor(email: string): Promise<string> {
  await accounts.requestReset(email);
  const mail = await eventually(() => {
    expect(server.to(email)).toHaveLength(1);
    return server.to(email)[0]!;
  });
  return codeIn(mail);
}
