import { randomBytes } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { removeEmbeddedPostgres, startEmbeddedPostgres } from '@gatehouse/embedded-postgres';
import { migrate, provisionDatabase } from '@gatehouse/migrations';
import { openPool } from '@gatehouse/postgres';
import { told, type Figure } from '@gatehouse/report';
import {
  authTables,
  bytesOf,
  resourcesTables,
  usersTables,
  type FilledTable,
} from './filled-tables.store.js';

const ROWS = 100_000;

const DATABASES: readonly [name: string, tables: readonly FilledTable[]][] = [
  ['auth', authTables],
  ['users', usersTables],
  ['resources', resourcesTables],
];

/** What a row of each table takes on disk with its indexes, when 100,000 of them were written and none was changed. */
export async function storageBench(): Promise<readonly Figure[]> {
  const dataDir = await mkdtemp(join(tmpdir(), 'gatehouse-bench-'));
  try {
    const { url } = await startEmbeddedPostgres({ dataDir });
    const figures: Figure[] = [];
    for (const [name, tables] of DATABASES) figures.push(...(await fill(url, name, tables)));
    return figures;
  } finally {
    await removeEmbeddedPostgres(dataDir);
  }
}

async function fill(adminUrl: string, name: string, tables: readonly FilledTable[]): Promise<Figure[]> {
  const { ownerUrl } = await provisionDatabase({
    adminUrl,
    database: name,
    password: randomBytes(12).toString('hex'),
    ownerPassword: randomBytes(12).toString('hex'),
  });
  const migrations = new URL(`../../../services/${name}/migrations`, import.meta.url);
  await migrate({ url: ownerUrl, dir: fileURLToPath(migrations) });
  const database = openPool({
    url: ownerUrl,
    applicationName: 'bench',
    max: 1,
    statementTimeoutMs: 120_000,
  });
  try {
    const figures: Figure[] = [];
    for (const { row, table, fill: fillTable } of tables) {
      await fillTable(database.sql, ROWS);
      const bytes = await bytesOf(database.sql, table);
      figures.push(told(`${name}.${table}: ${row}`, bytes / ROWS, 'bytes'));
    }
    return figures;
  } finally {
    await database.close();
  }
}
