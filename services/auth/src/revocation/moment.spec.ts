import { eventually } from '@gatehouse/testing';
import { claimsOf, CLIENT_SECRET, reasonOf, runningAuth, type RunningAuth } from '../spec/running-auth.js';
import { followAs } from '../spec/verifier.js';
import { revokeByKind } from './revoke-by-kind.js';

type Kind = 'subject' | 'client' | 'everything';

/** The client of those who sign in with a password. */
const CLIENT = 'gatehouse';

describe('the moment of a revocation', () => {
  let auth: RunningAuth;
  beforeEach(async () => {
    auth = await runningAuth();
  });
  afterEach(() => auth.close());

  /** As a revocation that was made at this moment leaves it; two seconds ahead stand for two in one second. */
  async function revokedAhead(kind: Kind, key: string): Promise<void> {
    const { database, revocations } = auth.context;
    const notBefore = new Date(Date.now() + 2_000);
    if (kind === 'subject')
      await auth.database.sql`update account set tokens_not_before = ${notBefore} where id = ${key}`;
    await revocations.append(database.sql, [{ kind, key, notBefore }]);
  }

  function revoke(kind: Kind, key: string): Promise<unknown> {
    const origin = { action: 'Spec', actor: undefined, traceId: '0'.repeat(32), requestId: 'spec' };
    const order = { kind, key, origin, awaited: false };
    return auth.context.database.transaction((tx) => revokeByKind(auth.context, tx, order));
  }

  it.each<[Kind, Kind]>([
    ['subject', 'subject'],
    ['client', 'subject'],
    ['everything', 'subject'],
    ['subject', 'client'],
    ['client', 'client'],
    ['subject', 'everything'],
    ['everything', 'everything'],
  ])('reaches what was issued after another one in the same second: %s, then %s', async (first, second) => {
    const { id, refreshToken: held } = await auth.signedIn();
    const keys = { subject: id, client: CLIENT, everything: '' };
    await revokedAhead(first, keys[first]);
    const { accessToken, refreshToken } = await auth.refresh(held);
    await auth.context.feed.tail.catchUp();
    expect(await reasonOf(auth.getAccount(accessToken))).toBe('OK');
    await revoke(second, keys[second]);
    await eventually(async () =>
      expect(await reasonOf(auth.getAccount(accessToken))).toBe('UNAUTHENTICATED'),
    );
    const next = await auth.refresh(refreshToken);
    expect(await reasonOf(auth.getAccount(next.accessToken))).toBe('OK');
  });

  it('does not make a good access token say a time that verifiers refuse, however many there were', async () => {
    const { id, refreshToken } = await auth.signedIn();
    const notBefore = new Date(Date.now() + 6_000); // as seven in one second, with a sign-in after each, leave it
    await auth.database.sql`update account set tokens_not_before = ${notBefore} where id = ${id}`;
    const { accessToken } = await auth.refresh(refreshToken);
    expect(await reasonOf(auth.getAccount(accessToken))).toBe('OK');
  });

  it('reaches the service tokens of that second as well', async () => {
    await revokedAhead('everything', '');
    const issue = async () => (await auth.issueServiceToken('users', CLIENT_SECRET, 'auth')).accessToken;
    const accessToken = await issue();
    await revoke('client', 'users');
    const next = await issue();
    const [refused, admitted] = [accessToken, next].map((each) => followAs(each, auth.service.port));
    expect(await refused!.ended).toBe('UNAUTHENTICATED');
    await eventually(() => expect(admitted!.batches).not.toHaveLength(0));
    for (const verifier of [refused, admitted]) verifier!.close();
  });

  it('is kept for as long as anything that it reaches is accepted', async () => {
    const { id } = await auth.signedIn();
    await revokedAhead('subject', id);
    await revoke('subject', id);
    const { accessToken } = await auth.login(
      (await auth.context.accounts.find(auth.database.sql as never, id))!.email,
    );
    await revoke('subject', id);
    const [row] = await auth.database.sql`
      select extract(epoch from max(expires_at))::float8 as until from revocation where kind = 'subject'`;
    expect(Number(claimsOf(accessToken)['exp']) + 5).toBeLessThanOrEqual(row!['until'] as number);
  });
});
