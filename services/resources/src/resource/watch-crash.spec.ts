import { ResourceChange, ResourceServiceClient } from '@gatehouse/contracts/resources';
import { openPool } from '@gatehouse/postgres';
import { eventually, restartableDatabase, type RestartableDatabase } from '@gatehouse/testing';
import { credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import {
  MIGRATIONS,
  runningResources,
  type Caller,
  type RunningResources,
} from '../spec/running-resources.js';

let server: RestartableDatabase;
let running: RunningResources;
let client: ResourceServiceClient;
beforeAll(async () => {
  server = await restartableDatabase({ migrations: MIGRATIONS });
  running = await runningResources({ databaseUrl: server.url });
  client = new ResourceServiceClient(`127.0.0.1:${running.service.port}`, credentials.createInsecure());
});
afterAll(async () => {
  client.close();
  await running.close();
  await server.drop();
});

/** What a caller is told, from the moment that the watch has begun. */
async function watch({ accessToken }: Caller) {
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${accessToken}`);
  const stream = client.watchResources({}, metadata);
  const seen: unknown[] = [];
  stream.on('data', ({ change, resource }) => seen.push(resource?.id ?? ResourceChange[change]));
  stream.on('error', ({ code }: ServiceError) => seen.push(code));
  await eventually(async () => expect(seen).toEqual(['BEGUN']));
  return { seen, cancel: () => stream.cancel() };
}

describe('a database of which one process crashes', () => {
  it('ends every watch, as numbers of transactions may be given out again, and serves the next', async () => {
    const owner = running.user();
    const before = await watch(owner);
    const { id } = await running.create(owner, { title: 'before' });
    await eventually(async () => expect(before.seen).toEqual(['BEGUN', id]));
    await crash();
    await eventually(() => running.create(owner, { title: 'after' }));
    await eventually(async () => expect(before.seen).toEqual(['BEGUN', id, 14]));
    const after = await watch(owner);
    const { id: next } = await running.create(owner, { title: 'next' });
    await eventually(async () => expect(after.seen).toEqual(['BEGUN', next]));
    after.cancel();
  });
});

/** The server ends all its processes and starts them anew, and is itself the same. */
async function crash(): Promise<void> {
  const database = openPool({ url: server.url, max: 1, applicationName: 'spec' });
  const [victim] = await database.sql<[{ pid: number }]>`select pg_backend_pid() as pid`;
  process.kill(victim.pid, 'SIGKILL');
  await database.close();
}
