import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import postgres, { type Sql } from 'postgres';
import type { OwnSystem } from '../../system/own-system.js';

/** How long the server stands still and how long it goes on, in turn, in milliseconds. */
const HALT_MS = 450;
const GO_MS = 50;

/** More than any server lets in. */
const MOST_CONNECTIONS = 1_000;

/** The roles that the services have at their databases. */
const ROLES = ['gatehouse_auth', 'gatehouse_users', 'gatehouse_resources'];

/** What can go wrong with a database server that runs, done by its superuser. */
export class DatabaseFaults implements AsyncDisposable {
  private constructor(
    private readonly url: string,
    private readonly sql: Sql,
  ) {}

  static async at(own: OwnSystem): Promise<DatabaseFaults> {
    const file = join(dirname(own.logFolder), 'postgres', 'superuser.password');
    const url = new URL(own.authDatabaseUrl);
    const password = (await readFile(file, 'utf8')).trim();
    const { href } = Object.assign(url, { username: 'postgres', password, pathname: '/postgres' });
    return new DatabaseFaults(href, postgres(href, { max: 2, onnotice: () => undefined }));
  }

  /** Halts the servers' processes that serve the services (SIGSTOP), and lets them go on for a moment, over and over. */
  async slow(forMs: number): Promise<void> {
    const until = performance.now() + forMs;
    while (performance.now() < until) {
      const rows = await this.sql<{ pid: number }[]>`
        select pid from pg_stat_activity where usename = any(${ROLES}) and backend_type = 'client backend'`;
      const signalled = rows.filter(({ pid }) => signal(pid, 'SIGSTOP'));
      await delay(HALT_MS);
      for (const { pid } of signalled) signal(pid, 'SIGCONT');
      await delay(GO_MS);
    }
  }

  /** Holds a lock on all resources, so that nobody reads or writes one. */
  async lockResources(forMs: number): Promise<void> {
    const sql = this.open('gatehouse_resources');
    try {
      await sql.begin(async (tx) => {
        await tx`lock table resource in access exclusive mode`;
        await delay(forMs);
      });
    } finally {
      await sql.end({ timeout: 5 });
    }
  }

  /**
   * Takes every connection that the server gives to anyone but its superuser, and ends those of the services.
   *
   * @returns how many it held
   */
  async exhaust(forMs: number): Promise<number> {
    const role = 'exhausting';
    await this.sql`drop role if exists ${this.sql(role)}`;
    await this.sql.unsafe(`create role ${role} login password 'exhausting'`);
    const url = Object.assign(new URL(this.url), { username: role, password: 'exhausting' }).href;
    const held: Sql[] = [];
    const until = performance.now() + forMs;
    try {
      while (performance.now() < until) {
        while (held.length < MOST_CONNECTIONS && (await hold(url, held)));
        await this.sql`select pg_terminate_backend(pid) from pg_stat_activity where usename = any(${ROLES})`;
      }
      return held.length;
    } finally {
      await Promise.all(held.map((sql) => sql.end({ timeout: 1 })));
      await this.sql`drop role ${this.sql(role)}`;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.sql.end({ timeout: 5 });
  }

  private open(database: string): Sql {
    const { href } = Object.assign(new URL(this.url), { pathname: `/${database}` });
    return postgres(href, { max: 1, onnotice: () => undefined });
  }
}

/** @returns false when there is no room for one more */
async function hold(url: string, held: Sql[]): Promise<boolean> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined, connect_timeout: 5, idle_timeout: 0 });
  try {
    await sql`select 1`;
    held.push(sql);
    return true;
  } catch {
    await sql.end({ timeout: 1 });
    return false;
  }
}

/** @returns false when there is no such process any more */
function signal(pid: number, name: 'SIGSTOP' | 'SIGCONT'): boolean {
  try {
    return process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}
