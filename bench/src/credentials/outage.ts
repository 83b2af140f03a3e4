import type { Answered } from '../load/requests.js';
import { openLoad, succeed } from './call-costs.js';
import type { Contestant, Name } from './contestants.js';
import type { Stage } from './stage.js';

const SECONDS = 5;
const RATE = 20;
const CONNECTIONS = 64;

/** The share of calls that are answered well, in percent. */
export interface Survival {
  /** While no replica of auth runs. */
  readonly withoutAuth: number;
  /** While its database is away as well. */
  readonly withoutDatabase: number;
}

/** Ends auth, and then shuts its database; the other databases stay. Nothing is mended: it is the last measurement. */
export async function outage(
  stage: Stage,
  contestants: readonly Contestant[],
  path: string,
): Promise<ReadonlyMap<Name, Survival>> {
  const loads = await Promise.all(
    contestants.map(async (contestant) => {
      // For both halves, since nobody makes access tokens when auth is gone.
      const credentials = await contestant.credentials(2 * SECONDS * RATE);
      const load = await openLoad(contestant.site.port, CONNECTIONS);
      if (credentials.length < 2 * SECONDS * RATE)
        await succeed(load, { path, credentials, count: credentials.length, rate: RATE });
      return { name: contestant.name, load, credentials };
    }),
  );
  const count = SECONDS * RATE;
  const share = (half: 0 | 1) =>
    Promise.all(
      loads.map(async ({ load, credentials }) => {
        // Who needs new ones for each call has as many; the others use theirs again and again.
        const own = credentials.length < count ? credentials : credentials.slice(half * count);
        const { latenciesMs } = await load.ask<Answered>('run', {
          path,
          credentials: own,
          count,
          rate: RATE,
        });
        return (100 * latenciesMs.length) / count;
      }),
    );
  try {
    const { system } = stage.running;
    await Promise.all([system.kill('auth'), system.kill('auth2')]);
    const withoutAuth = await share(0);
    await shutDatabase(stage);
    const withoutDatabase = await share(1);
    return new Map(
      loads.map(({ name }, index) => [
        name,
        { withoutAuth: withoutAuth[index] ?? NaN, withoutDatabase: withoutDatabase[index] ?? NaN },
      ]),
    );
  } finally {
    await Promise.all(loads.map(({ load }) => load.stop()));
  }
}

/** Lets nobody connect to auth's database, and ends whoever is. */
async function shutDatabase({ server: { sql } }: Stage): Promise<void> {
  await sql`alter database gatehouse_auth allow_connections false`;
  await sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = 'gatehouse_auth'`;
}
