import { type EmbeddedPostgres, startEmbeddedPostgres } from '@gatehouse/embedded-postgres';
import { eventually } from '@gatehouse/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import postgres from 'postgres';
import { healthPort, type Ports, type StartOptions } from './config.js';
import { freePorts } from './free-ports.js';
import type { ServiceSpec } from './services.js';
import { System, type SystemPlan } from './system.js';

const main = fileURLToPath(new URL('./fixture/main.js', import.meta.url));

const nothing = async () => {};

/** What a start makes a server of its own by. */
const EMBEDDED = { databaseUrl: undefined };

describe('System', () => {
  /** The server of most starts: to make one takes longer than all else. */
  let server: EmbeddedPostgres;
  let serverFolder: string;
  let folder: string;
  let ports: Ports;
  const begun: System[] = [];

  beforeAll(async () => {
    serverFolder = await mkdtemp(join(tmpdir(), 'gatehouse-start-server-'));
    await chmod(serverFolder, 0o755);
    server = await startEmbeddedPostgres({ dataDir: join(serverFolder, 'postgres'), durable: false });
  });
  afterAll(async () => {
    await server.stop();
    await rm(serverFolder, { recursive: true });
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gatehouse-start-'));
    await chmod(folder, 0o755);
    ports = await freePorts();
  });
  afterEach(async () => {
    for (const system of begun.splice(0)) await system.stop();
    await rm(folder, { recursive: true });
  });

  const fixture = (name: keyof Ports, settings: Record<string, string> = {}): ServiceSpec => ({
    name,
    service: 'fixture',
    heapMiB: 64,
    settings: ({ databaseUrlFiles }) => ({ DATABASE_URL_FILE: databaseUrlFiles.users, ...settings }),
  });

  const system = (
    services = [fixture('users'), fixture('resources')],
    options: Partial<StartOptions> = {},
    plan: Partial<SystemPlan> = {},
  ) => {
    const made = new System(
      { folder, fresh: false, databaseUrl: server.url, ports, ...options },
      {
        groups: [{ name: 'services', services }],
        mainOf: () => main,
        beforeServices: nothing,
        seedDatabases: nothing,
        seedThroughServices: nothing,
        ...plan,
      },
      () => {},
    );
    begun.push(made);
    return made;
  };

  const answers = async (name: keyof Ports) =>
    (await fetch(`http://127.0.0.1:${healthPort(ports[name])}/readyz`)).ok;

  const databaseUrl = async (name: string) =>
    (await readFile(join(folder, 'secrets', `${name}-database-url`), 'utf8')).trim();

  it('starts services on databases of their own, and ends them', async () => {
    const running = system(undefined, EMBEDDED);
    await running.start();
    expect(await answers('users')).toBe(true);
    expect(await answers('resources')).toBe(true);
    const sql = postgres(await databaseUrl('users'), { max: 1 });
    await expect(sql`create table t (id int)`).rejects.toMatchObject({ code: '42501' });
    await sql.end();
    await running.stop();
    await expect(answers('users')).rejects.toThrow();
  });

  it('keeps secrets to their owner, and the same from start to start', async () => {
    const names = ['key-sealing-key', 'users-client-secret', 'users-database-password'];
    const read = () => Promise.all(names.map((name) => readFile(join(folder, 'secrets', name), 'utf8')));
    const first = system([]);
    await first.start();
    await first.stop();
    const secrets = await read();
    for (const name of names) expect((await stat(join(folder, 'secrets', name))).mode & 0o077).toBe(0);
    await system([]).start();
    expect(await read()).toEqual(secrets);
    expect(Buffer.from(secrets[0] ?? '', 'base64')).toHaveLength(32);
  });

  it('keeps data, and begins anew when asked to', async () => {
    const count = async () => {
      const sql = postgres(await databaseUrl('users'), { max: 1 });
      const [row] = await sql`select count(*)::int as n from pg_largeobject_metadata`;
      await sql.end();
      return row?.n as number;
    };
    const first = system([], EMBEDDED);
    await first.start();
    const sql = postgres(await databaseUrl('users'), { max: 1 });
    await sql`select lo_create(0)`;
    await sql.end();
    await first.stop();
    const second = system([], EMBEDDED);
    await second.start();
    expect(await count()).toBe(1);
    await second.stop();
    await system([], { ...EMBEDDED, fresh: true }).start();
    expect(await count()).toBe(0);
  });

  it('leaves what is not its own when it begins anew', async () => {
    await writeFile(join(folder, 'thesis.txt'), 'years of work');
    await system([], { fresh: true }).start();
    expect(await readFile(join(folder, 'thesis.txt'), 'utf8')).toBe('years of work');
  });

  it('refuses a second start and leaves the first alone', async () => {
    await system().start();
    await expect(system([]).start()).rejects.toMatchObject({ name: 'StartFault' });
    await expect(system([], { fresh: true }).start()).rejects.toMatchObject({ name: 'StartFault' });
    expect(await answers('users')).toBe(true);
  });

  it('takes over the folder of a start that was killed', async () => {
    const killed = spawnSync(process.execPath, ['-e', '']);
    await writeFile(join(folder, 'lock'), `${killed.pid} 1\n`);
    await system().start();
    expect(await answers('users')).toBe(true);
    expect(await readdir(folder)).not.toContainEqual(expect.stringMatching(/^lock\./));
  });

  it('takes over the folder when its process number belongs to a stranger now', async () => {
    await writeFile(join(folder, 'lock'), `${process.pid} 1\n`);
    await system([]).start();
  });

  it('refuses a taken port before anything is started', async () => {
    const taken = createServer().listen(ports.users, '127.0.0.1');
    await eventually(() => expect(taken.listening).toBe(true));
    await expect(system(undefined, EMBEDDED).start()).rejects.toThrow(String(ports.users));
    await expect(stat(join(folder, 'postgres'))).rejects.toMatchObject({ code: 'ENOENT' });
    taken.close();
  });

  it('fails with the log of a service that does not come up, and ends the others', async () => {
    const broken = system([fixture('users'), fixture('resources', { FAULT: 'at start' })]);
    await expect(broken.start()).rejects.toThrow('fixture: cannot start');
    await broken.stop();
    await expect(answers('users')).rejects.toThrow();
  });

  it('starts a group once the one before is ready', async () => {
    const alive: (readonly string[])[] = [];
    const running = system(
      [],
      {},
      {
        groups: [
          { name: 'first', services: [fixture('users')] },
          { name: 'second', services: [fixture('resources')] },
        ],
        seedThroughServices: async () => {
          expect(await answers('users')).toBe(true);
          alive.push(running.alive);
        },
      },
    );
    await running.start();
    expect(alive).toEqual([['users']]);
    expect(await answers('resources')).toBe(true);
  });

  it('fails when a service ends by itself', async () => {
    const running = system();
    await running.start();
    await fetch(`http://127.0.0.1:${healthPort(ports.resources)}/die`).catch(() => undefined);
    await expect(running.failed).rejects.toThrow('resources ended');
  });

  it('kills and restarts a replica by name, and the server, without counting that as a failure', async () => {
    const running = system(undefined, EMBEDDED);
    await running.start();
    let failed = false;
    running.failed.catch(() => (failed = true));
    expect(await running.kill('resources')).toEqual({ code: null, signal: 'SIGKILL' });
    await expect(answers('resources')).rejects.toThrow();
    expect(running.alive).toEqual(['users']);
    await running.restart('resources');
    expect(await answers('resources')).toBe(true);
    await running.launch('users');
    expect(running.alive.toSorted()).toEqual(['resources', 'users']);
    await running.restartPostgres('immediate');
    const sql = postgres(await databaseUrl('users'), { max: 1 });
    expect(await sql`select 1 as one`).toEqual([{ one: 1 }]);
    await sql.end();
    expect(failed).toBe(false);
  });

  it('adds a replica with the settings of another, on a port of its own', async () => {
    const running = system();
    await running.start();
    await running.add('users3', 'users', { HEALTH_PORT: healthPort(ports.gateway) });
    expect(await answers('gateway')).toBe(true);
    expect(await answers('users')).toBe(true);
    expect(running.pidOf('users3')).not.toBe(running.pidOf('users'));
    await running.kill('users3');
    await expect(answers('gateway')).rejects.toThrow();
    await running.restart('users3');
    const broken = { FAULT: 'at start', HEALTH_PORT: healthPort(ports.gateway2) };
    await expect(running.add('users4', 'users', broken)).rejects.toMatchObject({ name: 'StartFault' });
    await running.stop();
    await expect(answers('gateway')).rejects.toThrow();
  });

  it('can be stopped while it starts', async () => {
    const started = system(undefined, EMBEDDED);
    const starting = started.start();
    await started.stop();
    await starting;
    await expect(answers('users')).rejects.toThrow();
    await system(undefined, EMBEDDED).start();
    expect(await answers('users')).toBe(true);
  });
});
