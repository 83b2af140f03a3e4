import { formatApiKey, parseApiKey } from '@gatehouse/api-key';
import { randomBytes, randomUUID } from 'node:crypto';
import { eventually } from '@gatehouse/testing';
import { apiKeyCalls, type ApiKeyCalls } from '../spec/api-key-calls.js';
import { claimsOf, ISSUER, reasonOf, runningAuth, type RunningAuth } from '../spec/running-auth.js';

let auth: RunningAuth;
let keys: ApiKeyCalls;
beforeAll(async () => {
  auth = await runningAuth({ GATEHOUSE_TRUSTED_PROXIES: '127.0.0.0/8' });
  keys = apiKeyCalls(auth.service.port);
});
afterAll(async () => {
  keys.close();
  await auth.close();
});

const outcomesOf = async (id: string) => {
  const rows = await auth.database.sql`
    select outcome from audit_event where action = 'Exchange' and target = ${id} order by id`;
  return rows.map(({ outcome }) => String(outcome));
};

const eventCount = async () => {
  const [row] = await auth.database.sql<[{ count: number }]>`select count(*)::int4 from audit_event`;
  return row.count;
};

describe('exchanging an API key', () => {
  it('issues an access token that descends from it, with what it was made for', async () => {
    const { accessToken, id: owner } = await auth.signedIn('editor');
    const { id, secret } = await keys.create(accessToken, { permissions: ['resources:write'] });
    const tokens = await keys.exchange(secret);
    const claims = claimsOf(tokens.accessToken);
    expect(claims).toEqual({
      iss: ISSUER,
      aud: 'gatehouse-api',
      sub: owner,
      client_id: 'gatehouse',
      sid: id,
      credential: 'api_key',
      jti: expect.any(String),
      iat: expect.any(Number),
      exp: Number(claims['iat']) + 300,
      scope: 'resources:write',
    });
    expect(tokens).toMatchObject({ tokenType: 'Bearer', expiresIn: 300, refreshToken: '' });
    expect(tokens.scope).toBe('resources:write');
    const events = await auth.database.sql`
      select actor, outcome from audit_event where action = 'Exchange' and target = ${id}`;
    expect(events).toEqual([{ actor: owner, outcome: 'OK' }]);
  });

  it('gives no more than the roles of the owner do now', async () => {
    const [one, other] = [await auth.signedIn('admin'), await auth.signedIn('admin')];
    const permissions = ['resources:read', 'users:admin'];
    const both = await keys.create(one.accessToken, { permissions });
    const admins = await keys.create(one.accessToken, { permissions: ['users:admin'] });
    expect((await keys.exchange(both.secret)).scope).toBe('resources:read users:admin');
    await auth.withdrawRole(one.id, 'admin', other.accessToken);
    expect((await keys.exchange(both.secret)).scope).toBe('resources:read');
    // Nothing is left: the access token is a good one, and may do nothing.
    const { accessToken, scope } = await keys.exchange(admins.secret);
    expect(scope).toBe('');
    expect(await reasonOf(keys.list(accessToken))).toBe('CREDENTIAL_NOT_ADMITTED');
    await auth.grantRole(one.id, 'admin', other.accessToken);
    expect((await keys.exchange(admins.secret)).scope).toBe('users:admin');
  });

  it('issues nothing that outlives the key', async () => {
    const { accessToken } = await auth.signedIn();
    const { id, secret } = await keys.create(accessToken);
    const [row] = await auth.database.sql<[{ ends: number }]>`
      update api_key set expires_at = clock_timestamp() + interval '100 seconds' where id = ${id}
      returning floor(extract(epoch from expires_at))::float8 as ends`;
    const tokens = await keys.exchange(secret);
    const { iat, exp } = claimsOf(tokens.accessToken);
    expect(exp).toBe(row.ends);
    expect(tokens.expiresIn).toBe(row.ends - Number(iat));
  });

  it('writes the last use down, once a minute', async () => {
    const { accessToken } = await auth.signedIn();
    const { id, secret } = await keys.create(accessToken);
    const lastUse = async () => (await keys.get(id, accessToken)).lastUseTime;
    expect(await lastUse()).toBeUndefined();
    await Promise.all(Array.from({ length: 5 }, () => keys.exchange(secret)));
    const first = await lastUse();
    expect(first).toBeInstanceOf(Date);
    await keys.exchange(secret);
    expect(await lastUse()).toEqual(first);
    await auth.database.sql`
      update api_key set last_used_at = last_used_at - interval '1 minute' where id = ${id}`;
    await keys.exchange(secret);
    expect((await lastUse())!.getTime()).toBeGreaterThanOrEqual(first!.getTime());
  });

  it('admits the addresses of the key, and no others', async () => {
    const { accessToken } = await auth.signedIn();
    const allowedAddresses = ['203.0.113.0/24', '2001:db8::/32'];
    const { id, secret } = await keys.create(accessToken, { allowedAddresses });
    for (const address of ['203.0.113.9', '::ffff:203.0.113.9', '2001:DB8:0::7']) {
      expect(await reasonOf(keys.exchange(secret, address))).toBe('OK');
    }
    for (const address of ['198.51.100.1', '::ffff:198.51.100.1', '2001:db9::7', undefined]) {
      expect(await reasonOf(keys.exchange(secret, address))).toBe('CREDENTIAL_INVALID');
    }
    expect(await outcomesOf(id)).toEqual([
      ...Array<string>(3).fill('OK'),
      ...Array<string>(4).fill('API_KEY_ADDRESS'),
    ]);
  });
});

describe('an API key that is not good', () => {
  /** One of each kind, by the reason that the log gets; its own key where it is known. */
  const refused = async (): Promise<Map<string, { secret: string; id?: string }>> => {
    const { accessToken } = await auth.signedIn();
    const foreign = { allowedAddresses: ['198.51.100.0/24'] };
    const [revoked, expired, address, good] = [
      await keys.create(accessToken),
      await keys.create(accessToken),
      await keys.create(accessToken, foreign),
      await keys.create(accessToken),
    ];
    const suspended = await auth.signedIn();
    const ofSuspended = await keys.create(suspended.accessToken);
    const erased = await auth.signedIn();
    const ofErased = await keys.create(erased.accessToken);
    const { sql } = auth.database;
    await keys.revoke(revoked.id, accessToken);
    await sql`update api_key set expires_at = clock_timestamp() where id = ${expired.id}`;
    await sql`update account set suspended_at = clock_timestamp() where id = ${suspended.id}`;
    await sql`delete from account where id = ${erased.id}`;
    const { secret } = parseApiKey(good.secret)!;
    return new Map<string, { secret: string; id?: string }>([
      ['API_KEY_REVOKED', revoked],
      ['API_KEY_EXPIRED', expired],
      ['API_KEY_ADDRESS', address],
      ['ACCOUNT_CLOSED', ofSuspended],
      ['erased', { secret: ofErased.secret }],
      ['mistyped', { secret: `${good.secret.slice(0, -1)}${good.secret.endsWith('0') ? '1' : '0'}` }],
      ['no key', { secret: 'secret' }],
      ['another secret', { secret: text({ id: good.id, secret: randomBytes(32) }) }],
      ['another ID', { secret: text({ id: randomUUID(), secret }) }],
      ['of production', { secret: formatApiKey({ environment: 'live', id: good.id, secret }) }],
    ]);
  };
  const text = (key: { id: string; secret: Uint8Array }) => formatApiKey({ environment: 'test', ...key });

  it('gets the same answer whatever it lacks; the audit trail alone says more, of known ones', async () => {
    const kinds = await refused();
    const answers = new Set<string>();
    for (const [reason, { secret, id }] of kinds) {
      const before = await eventCount();
      answers.add(JSON.stringify(await keys.refusal(secret)));
      expect(await reasonOf(keys.exchange(secret))).toBe('CREDENTIAL_INVALID');
      if (id === undefined) expect(await eventCount()).toBe(before);
      else expect(await outcomesOf(id)).toEqual([reason, reason]);
    }
    expect([...answers]).toHaveLength(1);
  });

  it('is refused by an exchange that waited for its revocation', async () => {
    const owner = await auth.signedIn();
    const { id, secret } = await keys.create(owner.accessToken);
    const { sql } = auth.database;
    const exchange = await sql.begin(async (tx) => {
      await tx`select from account where id = ${owner.id} for update`;
      await tx`update api_key set revoked_at = clock_timestamp() where id = ${id}`;
      const waiting = reasonOf(keys.exchange(secret));
      await eventually(async () => {
        const blocked = await tx`
          select from pg_locks where not granted and transactionid = pg_current_xact_id()::xid`;
        expect(blocked).toHaveLength(1);
      });
      return { waiting };
    });
    expect(await exchange.waiting).toBe('CREDENTIAL_INVALID');
    expect(await outcomesOf(id)).toEqual(['API_KEY_REVOKED']);
  });

  it('issued nothing that its revocation does not outlive, however the two met', async () => {
    const { accessToken } = await auth.signedIn();
    for (let round = 0; round < 5; round++) {
      const { id, secret } = await keys.create(accessToken);
      const exchanges = Array.from({ length: 8 }, () => keys.exchange(secret).catch(() => undefined));
      await Promise.all([keys.revoke(id, accessToken), keys.rotate(id, accessToken).catch(() => undefined)]);
      expect(await reasonOf(keys.exchange(secret))).toBe('CREDENTIAL_INVALID');
      const [row] = await auth.database.sql<[{ until: number }]>`
        select extract(epoch from expires_at)::float8 as until from revocation
        where kind = 'api_key' and key = ${id}`;
      for (const tokens of await Promise.all(exchanges)) {
        if (tokens) expect(Number(claimsOf(tokens.accessToken)['exp']) + 5).toBeLessThanOrEqual(row.until);
      }
    }
  });
});
