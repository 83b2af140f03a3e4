import { setTimeout as delay } from 'node:timers/promises';
import { openLoad, succeed } from './call-costs.js';
import type { Contestant } from './contestants.js';
import type { Stage } from './stage.js';

const CALLS = 100;

/** How long to wait for the log, in milliseconds. */
const LOG_MS = 150;

/** Statements that PostgreSQL runs for one call of a contestant: all that reach it, begin and commit included. */
export async function statementsPerCall(stage: Stage, contestant: Contestant, path: string): Promise<number> {
  const load = await openLoad(contestant.site.port, 4);
  try {
    const credentials = await contestant.credentials(CALLS);
    if (credentials.length < CALLS) await succeed(load, { path, credentials, count: CALLS, rate: 1e6 });
    const before = stage.statements();
    await succeed(load, { path, credentials, count: CALLS, rate: 1e6 });
    await delay(LOG_MS);
    return (stage.statements() - before) / CALLS;
  } finally {
    await load.stop();
  }
}

/** Has PostgreSQL log every statement while some work is done. */
export async function withStatementLog<T>({ server: { sql } }: Stage, work: () => Promise<T>): Promise<T> {
  await sql`alter system set log_statement = 'all'`;
  await sql`select pg_reload_conf()`;
  await delay(LOG_MS);
  try {
    return await work();
  } finally {
    await sql`alter system reset log_statement`;
    await sql`select pg_reload_conf()`;
  }
}
