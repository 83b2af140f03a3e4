import { readAccessTable } from '@gatehouse/access';
import { contract } from '@gatehouse/contracts';
import { randomUUID } from 'node:crypto';
import { apiKeyCalls } from '../spec/api-key-calls.js';
import { CLIENT_SECRET, claimsOf, reasonOf, runningAuth, type RunningAuth } from '../spec/running-auth.js';
import { checkRoles, ROLES, scopeOf } from './roles.js';

describe('roles', () => {
  let auth: RunningAuth;
  beforeAll(async () => {
    auth = await runningAuth();
  });
  afterAll(() => auth.close());
  afterEach(async () => {
    await auth.database.sql`delete from account_role where role = 'admin'`;
  });

  it('are for admins', async () => {
    const { accessToken, id } = await auth.signedIn('editor');
    expect(await reasonOf(auth.listRoles(accessToken))).toBe('PERMISSION_MISSING');
    expect(await reasonOf(auth.grantRole(id, 'admin', accessToken))).toBe('PERMISSION_MISSING');
  });

  it('are granted and withdrawn at the word of a person who has just signed in', async () => {
    const early = await auth.signedIn('admin');
    const other = await auth.signedIn('editor');
    const keys = apiKeyCalls(auth.service.port);
    const { secret } = await keys.create(early.accessToken, { permissions: ['roles:admin'] });
    const { accessToken: ofKey } = await keys.exchange(secret);
    keys.close();
    await auth.database.sql`
      update token_family set created_at = created_at - interval '16 minutes'
      where id = ${String(claimsOf(early.accessToken)['sid'])}`;
    const { accessToken: late } = await auth.refresh(early.refreshToken);
    for (const change of [auth.grantRole, auth.withdrawRole]) {
      expect(await reasonOf(change(other.id, 'editor', late))).toBe('SIGN_IN_TOO_OLD');
      expect(await reasonOf(change(other.id, 'editor', ofKey))).toBe('CREDENTIAL_NOT_ADMITTED');
    }
    expect((await auth.listSubjectRoles(other.id, ofKey)).roles).toEqual(['editor', 'user']);
  });

  it('are listed with their permissions', async () => {
    const { accessToken } = await auth.signedIn('admin');
    const { roles } = await auth.listRoles(accessToken);
    expect(roles.map(({ name }) => name)).toEqual(['admin', 'editor', 'user']);
    expect(roles.find(({ name }) => name === 'user')?.permissions).toEqual(['resources:read']);
  });

  it('are granted and withdrawn, twice as well as once', async () => {
    const { accessToken } = await auth.signedIn('admin');
    const other = await auth.signedIn();
    await auth.grantRole(other.id, 'editor', accessToken);
    expect((await auth.grantRole(other.id, 'editor', accessToken)).roles).toEqual(['editor', 'user']);
    expect((await auth.listSubjectRoles(other.id, accessToken)).roles).toEqual(['editor', 'user']);
    const { scope, refreshToken } = await auth.refresh(other.refreshToken);
    expect(scope).toBe('resources:read resources:write');
    await auth.withdrawRole(other.id, 'editor', accessToken);
    expect((await auth.withdrawRole(other.id, 'editor', accessToken)).roles).toEqual(['user']);
    expect((await auth.refresh(refreshToken)).scope).toBe('resources:read');
  });

  it('revoke what was issued when they are withdrawn, and nothing that is issued afterwards', async () => {
    const admin = await auth.signedIn('admin');
    const other = await auth.signedIn('editor');
    await auth.withdrawRole(other.id, 'editor', admin.accessToken);
    const { accessToken } = await auth.refresh(other.refreshToken);
    const rows = await auth.database.sql`select kind, not_before from revocation where key = ${other.id}`;
    expect(rows).toHaveLength(1);
    const notBefore = (rows[0]!['not_before'] as Date).getTime() / 1_000;
    expect(Number(claimsOf(other.accessToken)['iat'])).toBeLessThanOrEqual(notBefore);
    // Even within the second of the withdrawal.
    expect(Number(claimsOf(accessToken)['iat'])).toBeGreaterThan(notBefore);
  });

  it('answer for what does not exist', async () => {
    const { accessToken, id } = await auth.signedIn('admin');
    expect(await reasonOf(auth.grantRole(id, 'emperor', accessToken))).toBe('ROLE_UNKNOWN');
    expect(await reasonOf(auth.withdrawRole(id, 'emperor', accessToken))).toBe('ROLE_UNKNOWN');
    const nobody = randomUUID();
    for (const call of [auth.grantRole, auth.withdrawRole]) {
      expect(await reasonOf(call(nobody, 'editor', accessToken))).toBe('ACCOUNT_UNKNOWN');
    }
    const events = await auth.database.sql`
      select action, outcome from audit_event where target = ${nobody} and actor = ${id} order by id`;
    expect(events).toEqual([
      { action: 'GrantRole', outcome: 'ACCOUNT_UNKNOWN' },
      { action: 'WithdrawRole', outcome: 'ACCOUNT_UNKNOWN' },
    ]);
    expect(await reasonOf(auth.listSubjectRoles(randomUUID(), accessToken))).toBe('ACCOUNT_UNKNOWN');
  });

  it('keep the last admin, withdrawn or erased', async () => {
    const { id, accessToken } = await auth.signedIn('admin');
    expect(await reasonOf(auth.withdrawRole(id, 'admin', accessToken))).toBe('LAST_ADMIN');
    const service = await auth.issueServiceToken('users', CLIENT_SECRET, 'auth');
    expect(await reasonOf(auth.eraseAccount(id, service.accessToken))).toBe('LAST_ADMIN');
    expect((await auth.listSubjectRoles(id, accessToken)).roles).toContain('admin');
  });

  it('keep one of two admins who withdraw each other at once', async () => {
    for (let round = 0; round < 5; round++) {
      await auth.database.sql`delete from account_role where role = 'admin'`;
      const [one, two] = [await auth.signedIn('admin'), await auth.signedIn('admin')];
      const reasons = await Promise.all([
        reasonOf(auth.withdrawRole(two.id, 'admin', one.accessToken)),
        reasonOf(auth.withdrawRole(one.id, 'admin', two.accessToken)),
      ]);
      expect(reasons.sort()).toEqual(['LAST_ADMIN', 'OK']);
      expect(await auth.database.sql`select 1 from account_role where role = 'admin'`).toHaveLength(1);
    }
  });
});

describe('the permissions of roles', () => {
  const { permissions } = readAccessTable(contract);

  it('are in the contract, and not for services only', () => {
    expect(() => checkRoles(permissions)).not.toThrow();
    const [first = ''] = ROLES.get('user') ?? [];
    const without = new Map([...permissions].filter(([name]) => name !== first));
    expect(() => checkRoles(without)).toThrow(first);
    const closed = new Map([...permissions].map(([name, one]) => [name, { ...one, serviceOnly: true }]));
    expect(() => checkRoles(closed)).toThrow('for services only');
  });

  it('make one scope, in order and without doubles', () => {
    expect(scopeOf(['user', 'editor'])).toBe('resources:read resources:write');
    expect(scopeOf(['admin', 'editor']).split(' ')).toEqual([...ROLES.get('admin')!].sort());
    expect(scopeOf(['forgotten'])).toBe('');
  });
});
