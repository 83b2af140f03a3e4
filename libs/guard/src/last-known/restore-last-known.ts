import type { Logger } from '@gatehouse/telemetry';
import { InvalidKeySet, type RemoteKeySet, type RevocationList } from '@gatehouse/tokens';
import type { FeedPosition } from '../feed/revocation-feed.js';
import type { LastKnownFile } from './last-known-file.js';
import type { LastKnown } from './last-known.js';
import { LastKnownRefused } from './last-known-refused.js';

/** What a verifier that starts fills from the file. */
export interface Restorable {
  readonly list: RevocationList;
  readonly keys: Pick<RemoteKeySet, 'offer'>;
}

/**
 * Has a verifier that starts know what was last known. Whatever is wrong with the file is logged, and the verifier
 * then begins as if there were none.
 *
 * @returns where the list stands now; undefined when it is to begin from nothing
 */
export function restoreLastKnown(
  file: LastKnownFile,
  { list, keys }: Restorable,
  log: Logger,
): FeedPosition | undefined {
  try {
    const known = file.read();
    if (known === undefined) return undefined;
    apply(known, list, keys);
    log.info(
      { path: file.path, fresh_at: new Date(known.freshAt) },
      'what was last known of the issuer is read',
    );
    return { epoch: known.epoch, position: known.position };
  } catch (error) {
    if (!(error instanceof LastKnownRefused)) throw error;
    const { reason, cause } = error;
    log.warn(
      { path: file.path, reason, cause: cause === undefined ? undefined : String(cause) },
      'what was last known of the issuer is not used',
    );
    return undefined;
  }
}

function apply(known: LastKnown, list: RevocationList, keys: Restorable['keys']): void {
  try {
    keys.offer(known.keySet);
  } catch (cause) {
    throw cause instanceof InvalidKeySet ? new LastKnownRefused('MALFORMED', { cause }) : cause;
  }
  for (const part of known.revocations) list.apply(part);
  if (list.isComplete) return;
  // What there was room for stays, being revoked; that more is revoked the feed will find out for itself.
  list.beginAnew();
  throw new LastKnownRefused('TOO_BIG');
}
