import { atMost, median, told, type Figure } from '@gatehouse/report';
import { spawnPeer, type Peer } from '../peer.js';
import { inEpochs, interleave, type Contestant, type Measured } from '../rounds.js';
import type { ClientKind } from './clients.js';

const EPOCHS = 3;
/** Many short rounds: what disturbs the machine for a second then spoils a few ratios, not the median. */
const ROUNDS = 30;
const WARM_UP = 8;
const CALLS = 600;

const KINDS: readonly ClientKind[] = ['http2-grpc', 'grpc-js', 'node:http2'];

/** How many calls are under way: as in a gateway that has little to do, and in one that is busy. */
const LOADS = [4, 32] as const;

/**
 * What a call to a service costs the process that makes it: by frames of our own, by grpc-js as the gateway uses it,
 * and by frames of gRPC that are written by hand over Node's HTTP/2.
 */
export async function hopBench(): Promise<readonly Figure[]> {
  const service = spawnPeer(new URL('./service-process.js', import.meta.url));
  try {
    const port = await service.ask<number>('start');
    const figures: Figure[] = [];
    for (const underWay of LOADS) {
      const measured = await inEpochs(EPOCHS, () => measure(port, underWay));
      figures.push(...costs(measured, underWay));
    }
    return figures;
  } finally {
    await service.stop();
  }
}

async function measure(port: number, underWay: number): Promise<Measured> {
  const clients: Peer[] = [];
  try {
    const contestants: Contestant[] = [];
    for (const kind of KINDS) {
      const client = await openClient(kind, port, clients);
      contestants.push({ name: kind, round: () => client.ask('run', { count: CALLS, underWay }) });
    }
    return await interleave(contestants, ROUNDS, WARM_UP);
  } finally {
    await Promise.all(clients.map((client) => client.stop()));
  }
}

async function openClient(kind: ClientKind, port: number, clients: Peer[]): Promise<Peer> {
  const client = spawnPeer(new URL('./client-process.js', import.meta.url));
  clients.push(client);
  await client.ask('open', { kind, port });
  return client;
}

function costs(measured: Measured, underWay: number): Figure[] {
  const at = `${underWay} under way`;
  const of = (kind: ClientKind) => measured.get(kind) ?? [];
  const ratio = (peer: ClientKind) =>
    median(of('http2-grpc').map(({ cpuUs }, round) => cpuUs / (of(peer)[round]?.cpuUs ?? NaN)));
  return [
    ...KINDS.map((kind) =>
      told(`${at}, ${kind}: CPU`, rounded(median(of(kind).map(({ cpuUs }) => cpuUs))), 'us/call'),
    ),
    atMost(0.2, `${at}: of the CPU of grpc-js`, rounded(ratio('grpc-js')), 'ratio'),
    atMost(0.5, `${at}: of the CPU of node:http2`, rounded(ratio('node:http2')), 'ratio'),
  ];
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
