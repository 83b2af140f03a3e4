import { testDatabase, type TestDatabase } from '@gatehouse/testing';
import { MIGRATIONS } from '../spec/running-auth.js';

describe('what goes with something else', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase({ migrations: MIGRATIONS });
  });
  afterAll(() => database.drop());

  it('is found by an index, whether it is live or over', async () => {
    // Clients are never deleted.
    const unindexed = await database.sql`
      select c.conname as name from pg_constraint c
      where c.contype = 'f' and c.confdeltype in ('c', 'n') and c.confrelid <> 'oauth_client'::regclass
        and not exists (
          select from pg_index i join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
          where i.indrelid = c.conrelid and i.indkey[0] = c.conkey[1]
            and (i.indpred is null or pg_get_expr(i.indpred, i.indrelid) = format('(%I IS NOT NULL)', a.attname))
        )
      order by name`;
    expect(unindexed.map(({ name }) => String(name))).toEqual([]);
  });
});
