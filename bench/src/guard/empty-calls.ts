import { spawnPeer, type Peer } from '../peer.js';
import { interleave, type Contestant, type Round } from '../rounds.js';
import type { EmptyGuard } from './empty-process.js';
import { SUBJECT, type Issuer } from './issuer.js';
import { loadServer } from './load-server.js';

const ROUNDS = 21;
const WARM_UP = 3;
const CALLS = 4_000;

/** Access tokens in use at a time: more than fit a small cache, fewer than fit ours. */
const CALLERS = 1_000;

/** Measures an empty call behind each guard. Every server is a process of its own. */
export async function emptyCalls(issuer: Issuer, load: Peer): Promise<ReadonlyMap<string, readonly Round[]>> {
  const servers: Peer[] = [];
  const known = issuer.authorizations(SUBJECT, CALLERS);
  const contestant = async (
    name: string,
    guard: EmptyGuard,
    authorizations: () => readonly string[],
  ): Promise<Contestant> => {
    const server = spawnPeer(new URL('./empty-process.js', import.meta.url));
    servers.push(server);
    const port = await server.ask<number>('start', { guard, publicKey: issuer.publicKey });
    const calls = {
      path: '/gatehouse.resources.v1.ResourceService/ListResources',
      message: '',
      count: CALLS,
    };
    const round = () => loadServer(load, server, port, { ...calls, authorizations: authorizations() });
    return { name, round };
  };
  try {
    const contestants = [
      await contestant('no guard', 'none', () => known),
      await contestant('warm guard', 'gatehouse', () => known),
      await contestant('cold guard', 'gatehouse', () => issuer.authorizations(SUBJECT, CALLS)),
      await contestant("AuthGuard('jwt')", 'stock', () => known),
    ];
    return await interleave(contestants, ROUNDS, WARM_UP);
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
}
