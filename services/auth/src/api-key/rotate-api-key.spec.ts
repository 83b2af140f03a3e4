import { AppError } from '@gatehouse/errors';
import { eventually } from '@gatehouse/testing';
import { apiKeyCalls, type ApiKeyCalls, type SpecApiKey } from '../spec/api-key-calls.js';
import { claimsOf, reasonOf, runningAuth, type RunningAuth } from '../spec/running-auth.js';
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

const revocationsOf = (id: string) => auth.database.sql`select kind from revocation where key = ${id}`;

describe('RotateApiKey', () => {
  it('makes a like one; both are good for the overlap', async () => {
    const { accessToken, id: owner } = await auth.signedIn('editor');
    const allowedAddresses = ['127.0.0.0/8'];
    const old = await keys.create(accessToken, { permissions: ['resources:write'], allowedAddresses });
    const next = await keys.rotate(old.id, accessToken);
    const { displayName, permissions, expireTime } = old;
    expect(next).toMatchObject({ displayName, permissions, allowedAddresses, expireTime, successorId: '' });
    expect(next.id).not.toBe(old.id);
    const rotated = await keys.get(old.id, accessToken);
    expect(rotated.successorId).toBe(next.id);
    expect(Math.abs(rotated.expireTime!.getTime() - Date.now() - DAY_MS)).toBeLessThan(60_000);
    for (const { id, secret } of [old, next]) {
      expect(claimsOf((await keys.exchange(secret)).accessToken)).toMatchObject({ sub: owner, sid: id });
    }
    expect(await revocationsOf(old.id)).toHaveLength(0);
    const events = await auth.database.sql`
      select target from audit_event where action = 'RotateApiKey' and outcome = 'OK' and actor = ${owner}`;
    expect(events.map(({ target }) => String(target)).sort()).toEqual([old.id, next.id].sort());
  });

  it('does not prolong the old one', async () => {
    const { accessToken } = await auth.signedIn();
    const old = await keys.create(accessToken, { lifetime: { seconds: 3_600n, nanos: 0 } });
    await keys.rotate(old.id, accessToken);
    expect((await keys.get(old.id, accessToken)).expireTime).toEqual(old.expireTime);
  });

  it('ends the old one at once without an overlap, with its access tokens', async () => {
    const { accessToken } = await auth.signedIn();
    const old = await keys.create(accessToken);
    const next = await keys.rotate(old.id, accessToken, 0);
    expect(await reasonOf(keys.exchange(old.secret))).toBe('CREDENTIAL_INVALID');
    expect(await revocationsOf(old.id)).toEqual([{ kind: 'api_key' }]);
    expect(await reasonOf(keys.exchange(next.secret))).toBe('OK');
  });

  it('refuses an overlap that is over before the access tokens are', async () => {
    const { accessToken } = await auth.signedIn();
    const { id } = await keys.create(accessToken);
    for (const overlap of [1, 299, 604_801]) {
      const error: unknown = await keys.rotate(id, accessToken, overlap).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(AppError);
      expect(error).toMatchObject({ reason: 'FIELD_INVALID', violations: [{ field: 'overlap' }] });
    }
    expect(await reasonOf(keys.rotate(id, accessToken, 300))).toBe('OK');
  });

  it.each([undefined, 0])(
    'gives a key one successor, however many ask at once (overlap %s)',
    async (overlap) => {
      const { accessToken, id: owner } = await auth.signedIn();
      const { id } = await keys.create(accessToken);
      const reasons = await Promise.all(
        Array.from({ length: 10 }, () => reasonOf(keys.rotate(id, accessToken, overlap))),
      );
      expect(reasons.sort()).toEqual([...Array<string>(9).fill('API_KEY_ROTATED'), 'OK']);
      expect(await auth.database.sql`select from api_key where account_id = ${owner}`).toHaveLength(2);
    },
  );

  it("refuses what is unknown, over or another's", async () => {
    const { accessToken } = await auth.signedIn();
    const other = await auth.signedIn();
    const [revoked, expired, foreign] = [
      await keys.create(accessToken),
      await keys.create(accessToken),
      await keys.create(other.accessToken),
    ];
    await keys.revoke(revoked.id, accessToken);
    await auth.database.sql`update api_key set expires_at = clock_timestamp() where id = ${expired.id}`;
    for (const { id } of [revoked, expired, foreign]) {
      expect(await reasonOf(keys.rotate(id, accessToken))).toBe('API_KEY_UNKNOWN');
    }
    expect(await reasonOf(keys.exchange(foreign.secret))).toBe('OK');
  });

  it('gives a new secret for no permission that the caller has lost', async () => {
    const owner = await auth.signedIn('editor');
    const admin = await auth.signedIn('admin');
    const { id } = await keys.create(owner.accessToken, { permissions: ['resources:write'] });
    await auth.withdrawRole(owner.id, 'editor', admin.accessToken);
    const { accessToken } = await auth.refresh(owner.refreshToken);
    expect(await reasonOf(keys.rotate(id, accessToken))).toBe('PERMISSION_NOT_HELD');
    const events = await auth.database.sql`select outcome from audit_event where target = ${id} order by id`;
    expect(events.map(({ outcome }) => outcome)).toEqual(['OK', 'PERMISSION_NOT_HELD']);
  });

  it('works with all keys made, and has a limit of its own', async () => {
    const { accessToken, id: owner } = await auth.signedIn();
    const made: SpecApiKey[] = [];
    for (let n = 0; n < MAX_API_KEYS; n++) made.push(await keys.create(accessToken));
    const [first, ...others] = made;
    let current = await keys.rotate(first!.id, accessToken);
    for (const { id } of others) expect(await reasonOf(keys.rotate(id, accessToken))).toBe('OK');
    // As many are in their overlap now as there may be: one more ends at once, or not at all.
    expect(await reasonOf(keys.rotate(current.id, accessToken))).toBe('API_KEY_LIMIT');
    expect(await reasonOf(keys.create(accessToken))).toBe('API_KEY_LIMIT');
    current = await keys.rotate(current.id, accessToken, 0);
    expect(await reasonOf(keys.exchange(current.secret))).toBe('OK');
    const { sql } = auth.database;
    await sql`
      update api_key set expires_at = clock_timestamp()
      where account_id = ${owner} and successor_id is not null and revoked_at is null`;
    expect(await reasonOf(keys.rotate(current.id, accessToken))).toBe('OK');
  });
});

describe('RevokeApiKey', () => {
  it('ends a key and its access tokens, twice as well as once', async () => {
    const { accessToken, id: owner } = await auth.signedIn();
    const { id, secret } = await keys.create(accessToken);
    await keys.exchange(secret);
    await keys.revoke(id, accessToken);
    expect(await reasonOf(keys.revoke(id, accessToken))).toBe('OK');
    expect(await reasonOf(keys.exchange(secret))).toBe('CREDENTIAL_INVALID');
    expect(await revocationsOf(id)).toEqual([{ kind: 'api_key' }]);
    const events = await auth.database.sql`
      select actor, outcome from audit_event where action = 'RevokeApiKey' and target = ${id}`;
    expect(events).toEqual(Array(2).fill({ actor: owner, outcome: 'OK' }));
  });

  it('waits for an exchange that has begun, so that it outlives what that issues', async () => {
    const { accessToken, id: owner } = await auth.signedIn();
    const { id } = await keys.create(accessToken);
    const { revoking } = await auth.database.sql.begin(async (tx) => {
      await tx`select from account where id = ${owner} for share`;
      const waiting = reasonOf(keys.revoke(id, accessToken));
      await eventually(async () => {
        const blocked = await tx`
          select from pg_locks where not granted and transactionid = pg_current_xact_id()::xid`;
        expect(blocked).toHaveLength(1);
      });
      expect(await revocationsOf(id)).toHaveLength(0);
      return { revoking: waiting };
    });
    expect(await revoking).toBe('OK');
    expect(await revocationsOf(id)).toHaveLength(1);
  });

  it("leaves another's alone", async () => {
    const { accessToken } = await auth.signedIn();
    const other = await auth.signedIn('admin');
    const { id, secret } = await keys.create(accessToken);
    expect(await reasonOf(keys.revoke(id, other.accessToken))).toBe('API_KEY_UNKNOWN');
    expect(await reasonOf(keys.exchange(secret))).toBe('OK');
    expect(await revocationsOf(id)).toHaveLength(0);
  });
});
