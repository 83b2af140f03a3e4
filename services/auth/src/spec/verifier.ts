import { randomUUID } from 'node:crypto';
import { contract } from '@gatehouse/contracts';
import {
  RevocationServiceClient,
  type Revocation,
  type WatchRequest,
  type WatchResponse_Batch,
  type WatchResponse_Keys,
  type WatchResponse_Pong,
} from '@gatehouse/contracts/auth';
import { Metadata, type ServiceError } from '@grpc/grpc-js';
import { fromServiceError } from '@gatehouse/errors';
import { openClient } from '@gatehouse/grpc';

/** How a {@link followAs} behaves. */
export interface SpecVerifierOptions {
  readonly verifierId?: string;
  readonly epoch?: string;
  readonly position?: bigint;
  /** False never acknowledges: a verifier that hangs. */
  readonly acknowledges?: boolean;
}

/** One bare stream of a verifier. Remembers all that it is sent, and pings only when told to. */
export function followAs(accessToken: string, port: number, options: SpecVerifierOptions = {}) {
  const { verifierId = randomUUID(), epoch = '', position = 0n, acknowledges = true } = options;
  const client = openClient(RevocationServiceClient, `127.0.0.1:${port}`, contract);
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${accessToken}`);
  const stream = client.watch(metadata);
  const batches: WatchResponse_Batch[] = [];
  const keySets: WatchResponse_Keys[] = [];
  const pongs: (WatchResponse_Pong & { afterBatches: number })[] = [];
  let pings = 0n;
  let isAcknowledging = acknowledges;

  const send = (message: WatchRequest['message']) => void stream.write({ message });
  const acknowledge = (number: bigint) => {
    if (isAcknowledging) send({ $case: 'acknowledge', value: { number } });
  };
  stream.on('data', ({ message }) => {
    if (message?.$case === 'pong') pongs.push({ ...message.value, afterBatches: batches.length });
    if (message?.$case === 'batch') batches.push(message.value);
    if (message?.$case === 'keys') keySets.push(message.value);
    if (message?.$case === 'batch' || message?.$case === 'keys') acknowledge(message.value.number);
  });
  const ended = new Promise<string>((resolve) => {
    stream.on('error', (error: ServiceError) => resolve(fromServiceError(error).reason));
    stream.on('end', () => resolve('OK'));
  });
  send({ $case: 'begin', value: { verifierId, epoch, position } });

  return {
    verifierId,
    batches,
    keySets,
    pongs,
    /** The reason that the stream ended with. */
    ended,
    send,
    ping: () => send({ $case: 'ping', value: { id: ++pings } }),
    /** Acknowledges nothing from now on. */
    hang: () => {
      isAcknowledging = false;
    },
    /** Acknowledges from now on, and what was missed. */
    recover: () => {
      isAcknowledging = true;
      acknowledge(
        [batches.at(-1)?.number ?? 0n, keySets.at(-1)?.number ?? 0n].reduce((a, b) => (a > b ? a : b)),
      );
    },
    get revocations(): Revocation[] {
      return batches.flatMap(({ revocations }) => revocations);
    },
    get keys(): string[] {
      return revoked(batches.flatMap(({ revocations }) => revocations));
    },
    get keyIds(): string[] {
      return keySets.at(-1)?.keySet?.keys.map(({ kid }) => kid) ?? [];
    },
    close: () => {
      stream.cancel();
      client.close();
    },
  };
}

export type SpecVerifier = ReturnType<typeof followAs>;

function revoked(revocations: readonly Revocation[]): string[] {
  return revocations.map(({ key }) => key);
}
