import { WatchResponse } from '@gatehouse/contracts/auth';
import type { JwkSet, Revocation } from '@gatehouse/tokens';
import { fromRevocation, toRevocation } from '../feed/revocation-message.js';
import type { LastKnown } from './last-known.js';
import { LastKnownRefused } from './last-known-refused.js';

/** Revocations of one message: takes about a millisecond to write. */
const PER_MESSAGE = 2_000;

/** Each message follows its length, in bytes: four of them, the most significant first. */
const LENGTH_BYTES = 4;

/**
 * What is known as the messages that the issuer's feed would tell it with: the key set, batches of revocations, and
 * an empty batch that says where they stand.
 */
export function* writeMessages(known: LastKnown): Generator<Uint8Array> {
  const { epoch, position, keySet } = known;
  yield framed({ $case: 'keys', value: { number: 0n, keySet: { keys: [...keySet.keys] } } });
  const batch = { number: 0n, epoch, position, more: true };
  for (const part of known.revocations) {
    for (let from = 0; from < part.length; from += PER_MESSAGE) {
      const revocations = part.slice(from, from + PER_MESSAGE).map(fromRevocation);
      yield framed({ $case: 'batch', value: { ...batch, revocations } });
    }
  }
  yield framed({ $case: 'batch', value: { ...batch, revocations: [], more: false } });
}

/** @throws LastKnownRefused MALFORMED for anything that {@link writeMessages} does not write */
export function readMessages(bytes: Uint8Array): Omit<LastKnown, 'freshAt'> {
  let keySet: JwkSet | undefined;
  const revocations: Revocation[][] = [];
  for (const { message } of unframed(bytes)) {
    if (message?.$case === 'keys') {
      keySet = message.value.keySet as JwkSet | undefined;
    } else if (message?.$case === 'batch') {
      const { epoch, position, more } = message.value;
      if (!more && keySet) return { epoch, position, keySet, revocations };
      revocations.push(message.value.revocations.map(knownRevocation));
    }
  }
  throw new LastKnownRefused('MALFORMED');
}

function knownRevocation(message: Parameters<typeof toRevocation>[0]): Revocation {
  const revocation = toRevocation(message);
  if (revocation === undefined) throw new LastKnownRefused('MALFORMED');
  return revocation;
}

function framed(message: WatchResponse['message']): Uint8Array {
  const encoded = WatchResponse.encode({ message }).finish();
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(encoded.length);
  return Buffer.concat([length, encoded]);
}

function* unframed(bytes: Uint8Array): Generator<WatchResponse> {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < view.length;) {
    try {
      const from = at + LENGTH_BYTES;
      at = from + view.readUInt32BE(at);
      yield WatchResponse.decode(view.subarray(from, at));
    } catch (cause) {
      throw new LastKnownRefused('MALFORMED', { cause });
    }
  }
}
