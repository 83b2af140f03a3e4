import { randomBytes, randomUUID } from 'node:crypto';
import { copyFile, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testDatabase } from '@gatehouse/testing';
import { MIGRATIONS } from '../spec/running-auth.js';

const MIGRATION = '0007_create_session.sql';

describe('the migration that creates sessions', () => {
  let before: string;
  beforeAll(async () => {
    before = await mkdtemp(join(tmpdir(), 'gatehouse-auth-'));
    const earlier = (await readdir(MIGRATIONS)).filter((name) => name < MIGRATION);
    await Promise.all(earlier.map((name) => copyFile(join(MIGRATIONS, name), join(before, name))));
  });
  afterAll(() => rm(before, { recursive: true }));

  it('says when the token families that are there were used last, and suits code that does not know it', async () => {
    const database = await testDatabase({ migrations: before });
    try {
      const { sql } = database;
      const account = randomUUID();
      const [refreshed, unspent] = [randomUUID(), randomUUID()];
      const began = new Date('2026-01-01T00:00:00Z');
      const used = new Date('2026-01-02T00:00:00Z');
      const begin = (id: string) => sql`
        insert into token_family (id, account_id, created_at, idle_expires_at, expires_at)
        values (${id}, ${account}, ${began}, now() + interval '1 day', now() + interval '2 days')`;
      const issue = (family: string, at: Date, spentAt: Date | null) => sql`
        insert into refresh_token (hash, family_id, created_at, spent_at)
        values (${randomBytes(32)}, ${family}, ${at}, ${spentAt})`;
      await sql`insert into account (id, email, email_key, password_hash) values (${account}, 'a@b', 'a@b', '')`;
      await begin(refreshed);
      await issue(refreshed, began, used);
      await issue(refreshed, used, null);
      await begin(unspent);

      await sql.unsafe(await readFile(join(MIGRATIONS, MIGRATION), 'utf8'));

      const usedAt = async (id: string) => {
        const [row] = await sql`select last_used_at, device, last_address from token_family where id = ${id}`;
        return row;
      };
      expect(await usedAt(refreshed)).toEqual({ last_used_at: used, device: '', last_address: '' });
      expect(await usedAt(unspent)).toMatchObject({ last_used_at: began });
      const later = randomUUID();
      await begin(later);
      await issue(later, began, null);
      expect((await usedAt(later))!['last_used_at'].getTime()).toBeGreaterThan(used.getTime());
    } finally {
      await database.drop();
    }
  });
});
