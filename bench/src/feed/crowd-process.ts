import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { credentials, Metadata, type ClientDuplexStream } from '@grpc/grpc-js';
import { RevocationServiceClient, type WatchRequest, type WatchResponse } from '@gatehouse/contracts/auth';
import { answer } from '../answer.js';

/** How many verifiers follow which replica of auth. */
export interface CrowdOptions {
  /** `host:port`. */
  readonly address: string;
  /** Of a service that may follow revocations. */
  readonly accessToken: string;
  readonly verifiers: number;
}

/** As many as one connection takes with room to spare: a server allows 200. */
const STREAMS_PER_CONNECTION = 100;

const PING_EVERY_MS = 1_000;

/** When each verifier applied a revocation, by the revocation's key; milliseconds since the epoch. */
const arrivals = new Map<string, number[]>();

/**
 * One verifier of the crowd: it speaks the feed's protocol on a stream of its own, and keeps nothing but when it heard
 * of what.
 */
async function follow(client: RevocationServiceClient, accessToken: string): Promise<void> {
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${accessToken}`);
  const stream: ClientDuplexStream<WatchRequest, WatchResponse> = client.watch(metadata);
  const send = (message: NonNullable<WatchRequest['message']>) => stream.write({ message });
  send({ $case: 'begin', value: { verifierId: randomUUID(), epoch: '', position: 0n } });
  let ping = 0n;
  let complete = () => undefined as void;
  const known = new Promise<void>((resolve, reject) => {
    complete = resolve;
    stream.once('error', reject);
  });
  stream.on('data', ({ message }: WatchResponse) => {
    if (message?.$case === 'pong' || message === undefined) return;
    if (message.$case === 'batch') {
      for (const { key } of message.value.revocations) note(key);
      if (!message.value.more) complete();
    }
    send({ $case: 'acknowledge', value: { number: message.value.number } });
  });
  await known;
  // Whoever comes at the same moment does not ping at the same moment for ever.
  await delay(Math.random() * PING_EVERY_MS);
  setInterval(() => send({ $case: 'ping', value: { id: ++ping } }), PING_EVERY_MS);
}

function note(key: string): void {
  const at = performance.timeOrigin + performance.now();
  const known = arrivals.get(key);
  if (known) known.push(at);
  else arrivals.set(key, [at]);
}

answer({
  follow: async ({ address, accessToken, verifiers }: CrowdOptions): Promise<void> => {
    for (let begun = 0; begun < verifiers; begun += STREAMS_PER_CONNECTION) {
      const client = new RevocationServiceClient(address, credentials.createInsecure(), {
        'grpc.use_local_subchannel_pool': 1,
      });
      const count = Math.min(STREAMS_PER_CONNECTION, verifiers - begun);
      await Promise.all(Array.from({ length: count }, () => follow(client, accessToken)));
    }
  },
  /** When each verifier applied each of these. */
  arrivals: (keys: readonly string[]): readonly (readonly number[])[] =>
    keys.map((key) => arrivals.get(key) ?? []),
});
