import { contract } from '@gatehouse/contracts';
import { GetResourceRequest, Resource, ResourceServiceClient } from '@gatehouse/contracts/resources';
import { callUnary, openClient } from '@gatehouse/grpc/client';
import { DEPLOYED } from '../deployed.js';
import { spawnPeer, type Peer } from '../peer.js';
import { interleave, type Measured } from '../rounds.js';
import { SUBJECT, type Issuer } from './issuer.js';
import { createResourceDatabase } from './resource-database.js';
import type { ResourcesStart } from './resources-process.js';
import { loadServer } from './load-server.js';

const ROUNDS = 40;
const WARM_UP = 8;
const CALLS = 500;
const CALLERS = 1_000;

/** Measures GetResource of the resources service, on a PostgreSQL server of its own, with and without its guard. */
export async function resourceCalls(issuer: Issuer, load: Peer): Promise<Measured> {
  const database = await createResourceDatabase();
  const servers: Peer[] = [];
  const start = async (guarded: boolean) => {
    const server = spawnPeer(new URL('./resources-process.js', import.meta.url), DEPLOYED);
    servers.push(server);
    const { publicKey } = issuer;
    const options: ResourcesStart = { guarded, publicKey, databaseUrl: database.url, subject: SUBJECT };
    return { server, port: await server.ask<number>('start', options) };
  };
  try {
    const unguarded = await start(false);
    const guarded = await start(true);
    const authorizations = issuer.authorizations(SUBJECT, CALLERS);
    const id = await createResource(guarded.port, authorizations[0]?.slice('Bearer '.length) ?? '');
    const calls = {
      path: '/gatehouse.resources.v1.ResourceService/GetResource',
      message: Buffer.from(GetResourceRequest.encode({ id }).finish()).toString('base64'),
      count: CALLS,
      authorizations,
    };
    const contestants = [
      { name: 'no guard', round: () => loadServer(load, unguarded.server, unguarded.port, calls) },
      { name: 'warm guard', round: () => loadServer(load, guarded.server, guarded.port, calls) },
    ];
    return await interleave(contestants, ROUNDS, WARM_UP);
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
    await database.remove();
  }
}

/** Makes the resource that is read, and returns its ID. */
async function createResource(port: number, accessToken: string): Promise<string> {
  const client = openClient(ResourceServiceClient, `127.0.0.1:${port}`, contract);
  try {
    const resource = Resource.fromPartial({ title: 'Minutes', content: 'x'.repeat(500) });
    const request = { resource, requestId: '' };
    const options = { timeoutMs: 5_000, accessToken };
    const reply = await callUnary(client.createResource.bind(client), request, options);
    return reply.resource?.id ?? '';
  } finally {
    client.close();
  }
}
