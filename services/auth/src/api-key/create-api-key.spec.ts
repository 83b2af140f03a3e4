import { randomUUID } from 'node:crypto';
import { parseApiKey } from '@gatehouse/api-key';
import { AppError } from '@gatehouse/errors';
import { apiKeyCalls, type ApiKeyCalls, type SpecApiKey } from '../spec/api-key-calls.js';
import { claimsOf, CLIENT_SECRET, reasonOf, runningAuth, type RunningAuth } from '../spec/running-auth.js';
import { MAX_API_KEYS } from './max-api-keys.js';

const DAY_MS = 86_400_000;

let auth: RunningAuth;
let keys: ApiKeyCalls;
beforeAll(async () => {
  auth = await runningAuth();
  keys = apiKeyCalls(auth.service.port);
});
afterAll(async () => {
  keys.close();
  await auth.close();
});

/** The error that a call ends with. */
const errorOf = async (call: Promise<unknown>): Promise<AppError> => {
  const error: unknown = await call.catch((thrown: unknown) => thrown);
  if (!(error instanceof AppError)) throw new Error('it was not refused');
  return error;
};

describe('CreateApiKey', () => {
  it('makes a key as it was asked for, and shows its text once', async () => {
    const { accessToken, id: owner } = await auth.signedIn('editor');
    const key = await keys.create(accessToken, {
      displayName: 'nightly export',
      permissions: ['resources:write', 'resources:read'],
      lifetime: { seconds: 3_600n, nanos: 0 },
      allowedAddresses: ['2001:DB8::/32', '127.0.0.0/8', '2001:db8::/32'],
    });
    expect(key).toMatchObject({
      displayName: 'nightly export',
      permissions: ['resources:read', 'resources:write'],
      allowedAddresses: ['2001:db8::/32', '127.0.0.0/8'],
      lastUseTime: undefined,
      successorId: '',
    });
    expect(key.expireTime!.getTime() - key.createTime!.getTime()).toBeCloseTo(3_600_000, -2);
    expect(parseApiKey(key.secret)).toMatchObject({ environment: 'test', id: key.id });
    const { secret: _, ...shown } = key;
    expect(await keys.get(key.id, accessToken)).toEqual(shown);
    expect((await keys.list(accessToken)).apiKeys).toEqual([shown]);
    const events = await auth.database.sql`
      select action, actor, outcome from audit_event where target = ${key.id}`;
    expect(events).toEqual([{ action: 'CreateApiKey', actor: owner, outcome: 'OK' }]);
  });

  it('makes it for 90 days unless told', async () => {
    const { accessToken } = await auth.signedIn();
    const { createTime, expireTime } = await keys.create(accessToken);
    expect(expireTime!.getTime() - createTime!.getTime()).toBeCloseTo(90 * DAY_MS, -2);
  });

  it('gives no more than the access token that asks has, and says what is too much', async () => {
    const { accessToken, id } = await auth.signedIn('editor');
    const permissions = ['users:admin', 'resources:read', 'resources:delete'];
    const error = await errorOf(keys.create(accessToken, { permissions }));
    expect(error).toMatchObject({
      code: 7,
      reason: 'PERMISSION_NOT_HELD',
      metadata: { permissions: 'users:admin resources:delete' },
    });
    // The scope of the access token counts, not what the roles have become since.
    const admin = await auth.signedIn('admin');
    await auth.grantRole(id, 'admin', admin.accessToken);
    expect(await reasonOf(keys.create(accessToken, { permissions }))).toBe('PERMISSION_NOT_HELD');
    const events = await auth.database.sql`
      select outcome from audit_event where action = 'CreateApiKey' and target = ${id}`;
    expect(events).toEqual(Array(2).fill({ outcome: 'PERMISSION_NOT_HELD' }));
    expect((await keys.list(accessToken)).apiKeys).toEqual([]);
  });

  it('names the field that makes no sense', async () => {
    const { accessToken } = await auth.signedIn();
    const fieldsOf = async (more: object) => {
      const { reason, violations } = await errorOf(keys.create(accessToken, more));
      return [reason, ...violations.map(({ field }) => field)];
    };
    const permissions = ['resources:read', 'dragons:tame', 'accounts:erase'];
    expect(await fieldsOf({ permissions })).toEqual(['FIELD_INVALID', 'permissions[1]', 'permissions[2]']);
    const allowedAddresses = ['10.0.0.0/8', '10.0.0.1/8', '2001:db8::/32', '::ffff:10.0.0.0/104'];
    expect(await fieldsOf({ allowedAddresses })).toEqual([
      'FIELD_INVALID',
      'allowed_addresses[1]',
      'allowed_addresses[3]',
    ]);
    for (const seconds of [59n, 31_536_001n]) {
      expect(await fieldsOf({ lifetime: { seconds, nanos: 0 } })).toEqual(['FIELD_INVALID', 'lifetime']);
    }
    expect(await fieldsOf({ permissions: [] })).toEqual(['FIELD_INVALID', 'permissions']);
    expect(await fieldsOf({ displayName: '' })).toEqual(['FIELD_INVALID', 'display_name']);
  });

  it('stops at the limit, however many ask at once', async () => {
    const { accessToken, id } = await auth.signedIn();
    const reasons = await Promise.all(
      Array.from({ length: MAX_API_KEYS + 10 }, () => reasonOf(keys.create(accessToken))),
    );
    expect(reasons.filter((reason) => reason === 'OK')).toHaveLength(MAX_API_KEYS);
    expect(reasons.filter((reason) => reason === 'API_KEY_LIMIT')).toHaveLength(10);
    expect((await errorOf(keys.create(accessToken))).code).toBe(8);
    const { sql } = auth.database;
    expect(await sql`select from api_key where account_id = ${id}`).toHaveLength(MAX_API_KEYS);
    // What is over counts no more.
    const [first, second] = (await keys.list(accessToken)).apiKeys;
    await keys.revoke(first!.id, accessToken);
    await sql`update api_key set expires_at = clock_timestamp() where id = ${second!.id}`;
    const again = await Promise.all(Array.from({ length: 3 }, () => reasonOf(keys.create(accessToken))));
    expect(again.sort()).toEqual(['API_KEY_LIMIT', 'OK', 'OK']);
  });

  it('is for people who signed in, lately', async () => {
    const { accessToken } = await auth.signedIn();
    const key = await keys.create(accessToken);
    const { accessToken: ofKey } = await keys.exchange(key.secret);
    for (const call of [keys.create(ofKey), keys.list(ofKey), keys.get(key.id, ofKey)]) {
      expect(await reasonOf(call)).toBe('CREDENTIAL_NOT_ADMITTED');
    }
    for (const call of [keys.rotate(key.id, ofKey), keys.revoke(key.id, ofKey)]) {
      expect(await reasonOf(call)).toBe('CREDENTIAL_NOT_ADMITTED');
    }
    const service = await auth.issueServiceToken('users', CLIENT_SECRET, 'auth');
    expect(await reasonOf(keys.create(service.accessToken))).toBe('CALLER_NOT_ADMITTED');
    const early = await auth.signedIn();
    const { id } = await keys.create(early.accessToken);
    await auth.database.sql`
      update token_family set created_at = created_at - interval '16 minutes'
      where id = ${String(claimsOf(early.accessToken)['sid'])}`;
    const { accessToken: late } = await auth.refresh(early.refreshToken);
    for (const call of [keys.create(late), keys.rotate(id, late)]) {
      expect(await reasonOf(call)).toBe('SIGN_IN_TOO_OLD');
    }
    for (const call of [keys.list(late), keys.revoke(id, late)]) expect(await reasonOf(call)).toBe('OK');
  });
});

describe('ListApiKeys and GetApiKey', () => {
  it('list what is good, newest first, a page at a time', async () => {
    const { accessToken } = await auth.signedIn();
    const made: SpecApiKey[] = [];
    for (let n = 0; n < 7; n++) made.push(await keys.create(accessToken, { displayName: `number ${n}` }));
    const { sql } = auth.database;
    await keys.revoke(made[1]!.id, accessToken);
    await sql`update api_key set expires_at = clock_timestamp() where id = ${made[3]!.id}`;
    // Made in the same microsecond: the ID decides.
    const twins = [made[4]!.id, made[5]!.id];
    const [{ at }] = await sql<
      [{ at: string }]
    >`select created_at::text at from api_key where id = ${twins[0]!}`;
    await sql`update api_key set created_at = ${at}::text::timestamptz where id = any(${twins})`;
    const expected = [
      made[6],
      ...twins
        .sort()
        .reverse()
        .map((id) => made.find((key) => key.id === id)),
    ]
      .concat(made[2], made[0])
      .map((key) => key!.id);

    const found: string[] = [];
    let pageToken = '';
    do {
      const page = await keys.list(accessToken, 2, pageToken);
      found.push(...page.apiKeys.map(({ id }) => id));
      pageToken = page.nextPageToken;
      expect(page.apiKeys.length).toBeLessThanOrEqual(2);
    } while (pageToken !== '');
    expect(found).toEqual(expected);

    const { nextPageToken } = await keys.list(accessToken, 2);
    const other = await auth.signedIn();
    expect(await reasonOf(keys.list(other.accessToken, 2, nextPageToken))).toBe('PAGE_TOKEN_INVALID');
    for (const over of [made[1]!, made[3]!]) {
      expect(await reasonOf(keys.get(over.id, accessToken))).toBe('API_KEY_UNKNOWN');
    }
  });

  it("know nothing of another's", async () => {
    const { accessToken } = await auth.signedIn();
    const { id } = await keys.create(accessToken);
    const other = await auth.signedIn('admin');
    expect((await keys.list(other.accessToken)).apiKeys).toEqual([]);
    const foreign = await errorOf(keys.get(id, other.accessToken));
    const unknown = await errorOf(keys.get(randomUUID(), other.accessToken));
    expect(foreign).toMatchObject({ code: 5, reason: 'API_KEY_UNKNOWN' });
    expect({ ...foreign, message: foreign.message }).toEqual({ ...unknown, message: unknown.message });
  });
});
