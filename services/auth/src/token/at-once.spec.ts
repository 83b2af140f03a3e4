import { CLIENT_SECRET, PASSWORD, reasonOf, runningAuth, type RunningAuth } from '../spec/running-auth.js';

/** What may come of an action that meets the others; a deadlock or a broken constraint may not. */
const EXPECTED = new Set(['OK', 'CREDENTIALS_INVALID', 'REFRESH_TOKEN_INVALID', 'ACCOUNT_UNKNOWN']);

describe('everything that concerns one account, at once', () => {
  let auth: RunningAuth;
  beforeAll(async () => {
    auth = await runningAuth();
  });
  afterAll(() => auth.close());

  it('ends without a deadlock, and with nothing left of an account that was erased', async () => {
    const admin = await auth.signedIn('admin');
    const service = await auth.issueServiceToken('users', CLIENT_SECRET, 'auth');
    for (let round = 0; round < 5; round++) {
      const one = await auth.signedIn('editor');
      const other = await auth.login(one.email);
      const reasons = await Promise.all(
        [
          ...Array.from({ length: 5 }, () => [
            auth.refresh(one.refreshToken),
            auth.refresh(other.refreshToken),
            auth.login(one.email),
          ]).flat(),
          auth.changePassword(PASSWORD, 'a lantern under the bridge', one.accessToken),
          auth.withdrawRole(one.id, 'editor', admin.accessToken),
          auth.grantRole(one.id, 'editor', admin.accessToken),
          auth.logout(other.refreshToken),
          auth.eraseAccount(one.id, service.accessToken),
        ].map(reasonOf),
      );
      expect(reasons.filter((reason) => !EXPECTED.has(reason))).toEqual([]);
      const rows = await auth.database.sql`
        select account_id from token_family where account_id = ${one.id}
        union all select account_id from account_role where account_id = ${one.id}`;
      expect(rows).toHaveLength(0);
    }
  });
});
