import { type TestDatabase, testDatabase } from '@gatehouse/testing';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { openPool } from './database.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

it.each([
  [undefined, 'auto'],
  [true, 'force_custom_plan'],
])('planEachTime %p plans %s', async (planEachTime, mode) => {
  const pool = openPool({ url: database.url, applicationName: 'spec', planEachTime });
  expect(await pool.sql`select current_setting('plan_cache_mode') as mode`).toMatchObject([{ mode }]);
  await pool.close();
});
