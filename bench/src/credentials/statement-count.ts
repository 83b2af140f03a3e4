import { setTimeout as delay } from 'node:timers/promises';
import { openLoad, succeed } from './call-costs.js';
import type { Contestant } from './contestants.js';
import type { Stage } from './stage.js';

const CALLS = 300;

/** How long to wait for the log, in milliseconds, and how long to listen to it while nobody calls. */
const LOG_MS = 150;
const IDLE_MS = 1_000;

/**
 * Statements that PostgreSQL runs for one call of a contestant: all that reach it, begin and commit included, less
 * what the services ask anyway.
 */
export async function statementsPerCall(stage: Stage, contestant: Contestant, path: string): Promise<number> {
  const load = await openLoad(contestant.site.port, 4);
  try {
    const credentials = await contestant.credentials(CALLS);
    if (credentials.length < CALLS) await succeed(load, { path, credentials, count: CALLS, rate: 1e6 });
    await delay(IDLE_MS);
    const counted = async (work: () => Promise<unknown>) => {
      const [statements, begun] = [stage.statements(), performance.now()];
      await work();
      await delay(LOG_MS);
      return { statements: stage.statements() - statements, ms: performance.now() - begun };
    };
    const idle = await counted(() => delay(IDLE_MS));
    const busy = await counted(() => succeed(load, { path, credentials, count: CALLS, rate: 1e6 }));
    return (busy.statements - (idle.statements * busy.ms) / idle.ms) / CALLS;
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
