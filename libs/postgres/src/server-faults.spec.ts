import { type EmbeddedPostgres, startEmbeddedPostgres } from '@gatehouse/embedded-postgres';
import { provisionDatabase } from '@gatehouse/migrations';
import { eventually, freePort } from '@gatehouse/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPool } from './database.js';
import type { PoolOptions } from './pool.js';

const unavailable = { reason: 'DATABASE_UNAVAILABLE' };

async function elapsedMs(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

describe('a server that goes away', () => {
  let folder: string;
  let port: number;
  let server: EmbeddedPostgres;
  let url: string;

  const start = () => startEmbeddedPostgres({ dataDir: join(folder, 'postgres'), port, durable: false });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gatehouse-faults-'));
    await chmod(folder, 0o755);
    port = await freePort();
    server = await start();
    const names = { database: 'faults', password: 'p', ownerPassword: 'o' };
    ({ url } = await provisionDatabase({ adminUrl: server.url, ...names }));
  });
  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  it('is UNAVAILABLE at once while it is down, and used again within 3 s of its return', async () => {
    const database = openPool({ url, applicationName: 'spec' });
    await database.ping();
    await server.stop();
    for (let i = 0; i < 20; i++) await expect(database.ping()).rejects.toMatchObject(unavailable);
    await expect(database.transaction((tx) => tx`select 1`)).rejects.toMatchObject(unavailable);
    server = await start();
    expect(await elapsedMs(() => eventually(() => database.ping()))).toBeLessThan(3_000);
    await database.transaction((tx) => tx`select 1`);
    await database.close();
  });

  it('gets its listeners back after a restart', async () => {
    const database = openPool({ url, applicationName: 'spec' });
    let hints = 0;
    const listening = database.listen('spec', () => hints++);
    await eventually(() => expect(hints).toBe(1));
    await server.stop();
    server = await start();
    await eventually(() => expect(hints).toBe(2));
    await eventually(() => database.sql`select pg_notify('spec', '')`);
    await eventually(() => expect(hints).toBe(3));
    await listening.stop();
    await database.close();
  });
});

describe('a server that is silent', () => {
  let silent: Server;
  let url: string;

  beforeAll(async () => {
    silent = createServer((socket) => socket.on('error', () => undefined).resume());
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    url = `postgres://nobody:x@127.0.0.1:${(silent.address() as AddressInfo).port}/none`;
  });
  afterAll(() => void silent.close());

  it('is UNAVAILABLE within the acquire timeout, for statements and transactions', async () => {
    const database = openPool({ url, applicationName: 'spec', acquireTimeoutMs: 200 });
    const waits = Array.from({ length: 10 }, (_, i) =>
      i % 2 === 0 ? database.ping() : database.transaction((tx) => tx`select 1`),
    );
    const settled = await Promise.allSettled(waits);
    for (const result of settled) expect(result).toMatchObject({ status: 'rejected', reason: unavailable });
    await database.close({ timeoutMs: 100 });
  });

  it('does not hold up closing', async () => {
    const database = openPool({
      url,
      applicationName: 'spec',
      acquireTimeoutMs: 100,
      statementTimeoutMs: 100,
    });
    await expect(database.ping()).rejects.toMatchObject(unavailable);
    expect(await elapsedMs(() => database.close({ timeoutMs: 100 }))).toBeLessThan(5_000);
  });
});

describe('a connection that dies without a word', () => {
  let folder: string;
  let server: EmbeddedPostgres;
  let proxy: Awaited<ReturnType<typeof silenceableProxy>>;
  const open = (options: Partial<PoolOptions>) => {
    const target = new URL(server.url);
    target.port = String(proxy.port);
    return openPool({ url: target.href, applicationName: 'spec', acquireTimeoutMs: 200, ...options });
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gatehouse-silence-'));
    await chmod(folder, 0o755);
    server = await startEmbeddedPostgres({ dataDir: join(folder, 'postgres'), durable: false });
    proxy = await silenceableProxy(server.port);
  });
  afterAll(async () => {
    proxy.close();
    await server.stop();
    await rm(folder, { recursive: true });
  });

  it('is given up after the answer timeout, and the next statement takes a new one', async () => {
    const database = open({ statementTimeoutMs: 200 });
    // Connecting may take longer than that.
    await eventually(() => database.ping());
    proxy.silence();
    await expect(database.ping()).rejects.toMatchObject(unavailable);
    proxy.speak();
    await eventually(() => database.ping());
    await database.close({ timeoutMs: 100 });
  });

  it('leaves nobody in a transaction of which it has not said that it began', async () => {
    const database = open({ max: 1, statementTimeoutMs: 1_300 });
    await eventually(() => database.sql`create table if not exists written (id int primary key)`);
    await database.ping();
    const slow = database.sql`select pg_sleep(1.2)`.catch(() => undefined);
    await new Promise(setImmediate);
    // The transaction begins behind it on the same connection, whose answers end with its own.
    proxy.holdBehindNextAnswer();
    await expect(database.transaction((tx) => tx`select`)).rejects.toMatchObject(unavailable);
    await slow;
    const write = eventually(() => database.sql`insert into written values (1) on conflict do nothing`);
    proxy.goOn();
    await write;
    await database.close({ timeoutMs: 100 });
    const reader = open({});
    expect(await eventually(() => reader.sql`select id from written`)).toEqual([{ id: 1 }]);
    await reader.close();
  });
});

/** `ReadyForQuery`, whole: what the answer to each statement ends with. */
const READY = /Z\0\0\0\x05[ITE]/;

/** Forwards to the port; while silent it swallows everything on connections that are open. */
async function silenceableProxy(port: number) {
  let silent = false;
  let isArmed = false;
  /** What waits behind the answer; undefined while nothing is to wait. */
  let held: { to: Socket; bytes: Buffer }[] | undefined;
  /** The first answer passes, and what comes behind it waits. */
  const hold = (to: Socket, bytes: Buffer): void => {
    if (held !== undefined) return void held.push({ to, bytes });
    const end = READY.exec(bytes.toString('latin1'));
    if (end === null) return void to.write(bytes);
    to.write(bytes.subarray(0, end.index + end[0].length));
    held = [{ to, bytes: bytes.subarray(end.index + end[0].length) }];
  };
  const proxy = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      from.on('data', (bytes: Buffer) => {
        if (silent) return;
        if (isArmed && from === upstream) hold(to, bytes);
        else to.write(bytes);
      });
      from.on('close', () => to.destroy());
      from.on('error', () => undefined);
    }
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  return {
    port: (proxy.address() as AddressInfo).port,
    silence: () => (silent = true),
    speak: () => (silent = false),
    holdBehindNextAnswer: () => (isArmed = true),
    goOn: () => {
      isArmed = false;
      for (const { to, bytes } of held?.splice(0) ?? []) to.write(bytes);
    },
    close: () => proxy.close(),
  };
}
