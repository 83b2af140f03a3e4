import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import postgres from 'postgres';
import {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  removeEmbeddedPostgres,
  startEmbeddedPostgres,
} from './start-embedded-postgres.js';

describe('startEmbeddedPostgres', () => {
  let folder: string;
  let dataDir: string;
  const started: EmbeddedPostgres[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gatehouse-embedded-'));
    await chmod(folder, 0o755);
    dataDir = join(folder, 'postgres');
  });
  afterEach(async () => {
    for (const server of started.splice(0)) await server.stop();
    await removeEmbeddedPostgres(dataDir);
    await rm(folder, { recursive: true });
  });

  const start = async (options: Partial<EmbeddedPostgresOptions> = {}) => {
    const server = await startEmbeddedPostgres({ dataDir, durable: false, ...options });
    started.push(server);
    return server;
  };

  const query = async (url: string, text: string) => {
    const sql = postgres(url, { max: 1 });
    try {
      return [...(await sql.unsafe(text))];
    } finally {
      await sql.end();
    }
  };

  const pidOf = async () =>
    Number.parseInt(await readFile(join(dataDir, 'cluster', 'postmaster.pid'), 'utf8'), 10);

  const isAlive = (pid: number) => {
    try {
      process.kill(pid, 0);
      return true;
    } catch {
      return false;
    }
  };

  const untilDead = async (pid: number) => {
    for (let i = 0; i < 500 && isAlive(pid); i++) await delay(20);
    expect(isAlive(pid)).toBe(false);
  };

  it('keeps data from one start to the next', async () => {
    const first = await start();
    await query(first.url, 'create table kept (id int)');
    await first.stop();
    expect(await query((await start()).url, 'select * from kept')).toEqual([]);
  });

  it('is durable unless told otherwise', async () => {
    const { url } = await start({ durable: true });
    expect(await query(url, 'show fsync')).toEqual([{ fsync: 'on' }]);
    expect(await query(url, 'show full_page_writes')).toEqual([{ full_page_writes: 'on' }]);
  });

  it('keeps its password and data to its owner, and refuses another password', async () => {
    const { url } = await start();
    for (const name of ['superuser.password', 'cluster']) {
      expect((await stat(join(dataDir, name))).mode & 0o077).toBe(0);
    }
    const wrong = new URL(url);
    wrong.password = 'wrong';
    await expect(query(wrong.href, 'select 1')).rejects.toMatchObject({ code: '28P01' });
  });

  it('begins again after an initdb that was cut short', async () => {
    await mkdir(join(dataDir, 'cluster.unfinished', 'base'), { recursive: true });
    await writeFile(join(dataDir, 'cluster.unfinished', 'PG_VERSION'), '18\n');
    const { url } = await start();
    expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('refuses the data of another major version', async () => {
    await (await start()).stop();
    await writeFile(join(dataDir, 'cluster', 'PG_VERSION'), '15\n');
    await expect(start()).rejects.toMatchObject({ reason: 'DATA_VERSION_MISMATCH' });
  });

  it('refuses data whose password is lost', async () => {
    await (await start()).stop();
    await rm(join(dataDir, 'superuser.password'));
    await expect(start()).rejects.toMatchObject({ reason: 'PASSWORD_MISSING' });
  });

  it('refuses a taken port', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const address = taken.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    await expect(start({ port })).rejects.toMatchObject({ reason: 'PORT_TAKEN' });
    taken.close();
  });

  it('refuses a place that is no folder', async () => {
    await writeFile(dataDir, 'a file');
    await expect(start()).rejects.toMatchObject({ reason: 'DATA_FOLDER_DENIED' });
  });

  it('takes over a pid file whose number belongs to a stranger now', async () => {
    await (await start()).stop();
    await writeFile(join(dataDir, 'cluster', 'postmaster.pid'), `${process.pid}\n`, { mode: 0o644 });
    const { url } = await start();
    expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('recovers after the server was killed', async () => {
    const first = await start({ durable: true });
    await query(first.url, 'create table kept (id int)');
    process.kill(await pidOf(), 'SIGKILL');
    await first.exited;
    expect(await query((await start({ durable: true })).url, 'select * from kept')).toEqual([]);
  });

  it('ends with its parent, even when that is killed', async () => {
    const script = `
      import { startEmbeddedPostgres } from ${JSON.stringify(new URL('./index.js', import.meta.url).href)};
      await startEmbeddedPostgres({ dataDir: ${JSON.stringify(dataDir)}, durable: false });
      console.log('ready');
      setInterval(() => {}, 1000);`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(parent.stdout, 'data');
    const pid = await pidOf();
    expect(isAlive(pid)).toBe(true);
    parent.kill('SIGKILL');
    await untilDead(pid);
  });

  it('stops a server that was left running on the same data', async () => {
    await start();
    const left = await pidOf();
    const second = await start();
    expect(isAlive(left)).toBe(false);
    expect(await query(second.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('stops while clients are connected, and twice is no harm', async () => {
    const server = await start();
    const client = postgres(server.url, { max: 1 });
    await client`select 1`;
    const pid = await pidOf();
    await server.stop();
    await server.stop();
    expect(isAlive(pid)).toBe(false);
    await client.end({ timeout: 0 });
  });

  it('removes the data for good', async () => {
    await start();
    const pid = await pidOf();
    await removeEmbeddedPostgres(dataDir);
    expect(isAlive(pid)).toBe(false);
    await expect(stat(dataDir)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  const asRoot = process.getuid?.() === 0 ? it : it.skip;

  asRoot('finds a place for the data of root that its user can reach', async () => {
    await chmod(folder, 0o700);
    const { url } = await start();
    expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }]);
    const owner = await stat(join(dataDir, 'cluster'));
    expect(owner.uid).not.toBe(0);
  });
});
