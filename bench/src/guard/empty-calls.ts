import { DEPLOYED } from '../deployed.js';
import { spawnPeer, type Peer } from '../peer.js';
import { interleave, type Contestant, type Measured } from '../rounds.js';
import type { EmptyGuard } from './empty-process.js';
import { SUBJECT, type Issuer } from './issuer.js';
import { loadServer } from './load-server.js';

/** Many short rounds: what disturbs the machine for a second then spoils a few ratios, not the median. */
const ROUNDS = 40;
const WARM_UP = 8;
const CALLS = 500;
/** Calls of a round that verify an access token each, and take four times as long. */
const SLOW_CALLS = 150;

/** Access tokens in use at a time; the guard remembers ten times as many. */
const CALLERS = 1_000;

/** Measures an empty call behind each guard. Every server is a process of its own. */
export async function emptyCalls(issuer: Issuer, load: Peer): Promise<Measured> {
  const servers: Peer[] = [];
  const known = issuer.authorizations(SUBJECT, CALLERS);
  const contestant = async (
    name: string,
    guard: EmptyGuard,
    count: number,
    authorizations: () => readonly string[],
  ): Promise<Contestant> => {
    const server = spawnPeer(new URL('./empty-process.js', import.meta.url), DEPLOYED);
    servers.push(server);
    const port = await server.ask<number>('start', { guard, publicKey: issuer.publicKey });
    const calls = {
      path: '/gatehouse.resources.v1.ResourceService/ListResources',
      message: '',
      count,
    };
    const round = () => loadServer(load, server, port, { ...calls, authorizations: authorizations() });
    return { name, round };
  };
  try {
    const contestants = [
      await contestant('no guard', 'none', CALLS, () => known),
      await contestant('warm guard', 'gatehouse', CALLS, () => known),
      await contestant('cold guard', 'gatehouse', SLOW_CALLS, () =>
        issuer.authorizations(SUBJECT, SLOW_CALLS),
      ),
      await contestant("AuthGuard('jwt')", 'stock', SLOW_CALLS, () => known),
    ];
    return await interleave(contestants, ROUNDS, WARM_UP);
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
}
