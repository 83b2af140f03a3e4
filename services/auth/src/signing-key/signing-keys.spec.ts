import { eventually } from '@gatehouse/testing';
import { decodeProtectedHeader } from 'jose';
import { AuthContext } from '../auth-context.js';
import { commandOrigin } from '../cli/command-origin.js';
import { readAuthSettings } from '../config.js';
import { reasonOf, runningAuth, silentLog, type RunningAuth } from '../spec/running-auth.js';

describe('signing keys', () => {
  let auth: RunningAuth;
  beforeEach(async () => {
    auth = await runningAuth();
  });
  afterEach(() => auth.close());

  const states = async () => {
    const rows = await auth.database.sql`select state, count(*)::int as keys from signing_key group by state`;
    return Object.fromEntries(rows.map((row) => [String(row['state']), row['keys'] as unknown]));
  };
  const agePublished = () => auth.database.sql`
    update signing_key set published_at = published_at - interval '1 hour' where state = 'published'`;
  const served = async () => (await auth.getKeySet()).keys.map(({ kid }) => kid);

  it('are one active and one published, however many replicas start at once', async () => {
    await auth.database.sql`delete from signing_key`;
    const settings = readAuthSettings({ ...auth.environment, GATEHOUSE_DATABASE_CONNECTIONS: '1' });
    const replicas = Array.from({ length: 10 }, () => new AuthContext(settings, silentLog));
    try {
      await Promise.all(replicas.map(({ keys }) => keys.start()));
      expect(await states()).toEqual({ active: 1, published: 1 });
      const signing = await Promise.all(
        replicas.map(async ({ keys }) => {
          await keys.reload();
          return keys.active().keyId;
        }),
      );
      expect(new Set(signing).size).toBe(1);
    } finally {
      await Promise.all(replicas.map(({ keys, database }) => keys.stop().then(() => database.close())));
    }
  });

  it('are served without any private member', async () => {
    const { keys } = await auth.getKeySet();
    expect(keys).toHaveLength(2);
    for (const key of keys) {
      expect(Object.keys(key).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'nbf', 'use', 'x', 'y']);
    }
    // The one in waiting says from when on it may sign; the active one signs already.
    const inTwoMinutes = Date.now() / 1_000 + 120;
    expect(keys.filter(({ nbf }) => nbf === undefined)).toHaveLength(1);
    expect(Math.abs(keys.find(({ nbf }) => nbf !== undefined)!.nbf! - inTwoMinutes)).toBeLessThan(60);
    expect(JSON.stringify(auth.context.keys.published)).not.toMatch(/"(d|p|q|k)":/);
  });

  it('rotate once the next one is known, and go on verifying with the one before', async () => {
    const { keyKeeper } = auth.context;
    const before = await auth.signedIn();
    expect(await reasonOf(keyKeeper.rotate(commandOrigin('RotateKey')))).toBe('KEY_TOO_YOUNG');
    await agePublished();
    await keyKeeper.rotate(commandOrigin('RotateKey'));
    expect(await states()).toEqual({ active: 1, published: 1, retiring: 1 });
    const after = await auth.login(before.email);
    const [oldKid, newKid] = [before, after].map(({ accessToken }) => decodeProtectedHeader(accessToken).kid);
    expect(newKid).not.toBe(oldKid);
    await eventually(async () => expect(await served()).toEqual(expect.arrayContaining([oldKid, newKid])));
    expect(await reasonOf(auth.getAccount(before.accessToken))).toBe('OK');
    expect(await reasonOf(auth.getAccount(after.accessToken))).toBe('OK');
    const [retired] = await auth.database
      .sql`select sealed_private_key from signing_key where state = 'retiring'`;
    expect(retired!['sealed_private_key']).toBeNull();
  });

  it('are replaced by age and removed when nothing they signed is valid any more', async () => {
    const { keyKeeper } = auth.context;
    expect(await keyKeeper.advance()).toBe(false);
    await agePublished();
    await auth.database.sql`
      update signing_key set activated_at = activated_at - interval '31 days' where state = 'active'`;
    expect(await keyKeeper.advance()).toBe(true);
    expect(await states()).toEqual({ active: 1, published: 1, retiring: 1 });
    await auth.database.sql`
      update signing_key set retired_at = retired_at - interval '1 hour' where state = 'retiring'`;
    expect(await keyKeeper.advance()).toBe(true);
    expect(await states()).toEqual({ active: 1, published: 1, removed: 1 });
  });

  it('are revoked at once: the successor signs, what the key signed is refused, verifiers are told', async () => {
    const { keyKeeper } = auth.context;
    const { accessToken, email } = await auth.signedIn();
    const { kid } = decodeProtectedHeader(accessToken);
    const successor = (await keyKeeper.list()).find(({ state }) => state === 'published');
    await keyKeeper.revoke(String(kid), commandOrigin('RevokeKey'));
    const [row] = await auth.database.sql`select kind from revocation where key = ${String(kid)}`;
    expect(row).toMatchObject({ kind: 'signing_key' });
    const { accessToken: next } = await auth.login(email);
    expect(decodeProtectedHeader(next).kid).toBe(successor!.kid);
    await eventually(async () => expect(await served()).not.toContain(kid));
    expect(await reasonOf(auth.getAccount(accessToken))).toBe('UNAUTHENTICATED');
    expect(await reasonOf(auth.getAccount(next))).toBe('OK');
    // As whoever lost the answer does.
    expect(await reasonOf(keyKeeper.revoke(String(kid), commandOrigin('RevokeKey')))).toBe('OK');
    expect(decodeProtectedHeader((await auth.login(email)).accessToken).kid).toBe(successor!.kid);
    expect(await reasonOf(keyKeeper.revoke('nobody', commandOrigin('RevokeKey')))).toBe('KEY_UNKNOWN');
  });

  it('are known to everyone who asks while they are read, not to the first one only', async () => {
    const { keyId } = auth.context.keys.active();
    const { keys, database } = new AuthContext(readAuthSettings(auth.environment), silentLog);
    try {
      const found = await Promise.all([keys.lookUp(keyId), keys.lookUp(keyId), keys.lookUp(keyId)]);
      expect(found.map((key) => key?.keyId)).toEqual([keyId, keyId, keyId]);
    } finally {
      await database.close();
    }
  });

  it('cannot be two active ones, whatever the program does', async () => {
    await expect(
      auth.database.sql`update signing_key set state = 'active' where state = 'published'`,
    ).rejects.toMatchObject({ constraint_name: 'signing_key_one_active' });
  });

  it('go on serving and verifying while the database is down', async () => {
    const { accessToken } = await auth.signedIn();
    const { database } = auth.context;
    await database.close();
    expect(await served()).toHaveLength(2);
    // Verified, and then the handler finds no database: an outage is never UNAUTHENTICATED.
    expect(await reasonOf(auth.getAccount(accessToken))).not.toBe('UNAUTHENTICATED');
    const live = await fetch(`http://127.0.0.1:${auth.service.healthPort}/livez`);
    expect(live.status).toBe(200);
    await eventually(async () => {
      const ready = await fetch(`http://127.0.0.1:${auth.service.healthPort}/readyz`);
      expect(ready.status).toBe(503);
    });
  });
});
