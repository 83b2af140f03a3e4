import { openPool } from '@gatehouse/postgres';
import { runningAuth, type RunningAuth } from '../spec/running-auth.js';

describe('the audit trail', () => {
  let auth: RunningAuth;
  beforeAll(async () => {
    auth = await runningAuth();
    await auth.signedIn();
  });
  afterAll(() => auth.close());

  it('cannot be changed by the run-time role, nor in passing by the owner', async () => {
    const { url, ownerUrl } = auth.database;
    const pools = [url, ownerUrl].map((role) => openPool({ url: role, applicationName: 'spec' }));
    try {
      for (const { sql } of pools) {
        const denied = { code: '42501' };
        await expect(sql`update audit_event set outcome = 'OK'`).rejects.toMatchObject(denied);
        await expect(sql`delete from audit_event`).rejects.toMatchObject(denied);
        await expect(sql`truncate audit_event`).rejects.toMatchObject(denied);
      }
    } finally {
      await Promise.all(pools.map((pool) => pool.close()));
    }
    const { username: role } = new URL(auth.database.url);
    const [row] = await auth.database.sql`
      select has_table_privilege(${role}, 'audit_event', 'UPDATE') as update,
        has_table_privilege(${role}, 'audit_event', 'INSERT') as insert`;
    expect(row).toEqual({ update: false, insert: true });
  });
});
