import { randomUUID } from 'node:crypto';
import type { RevocationKnowledge } from '@gatehouse/guard';
import { RenewableLease, RevocationList, type Revocation } from '@gatehouse/tokens';

/** Sign-outs of the last five minutes, at ten a second. */
const LIVE = 3_000;

/** What a verifier has whose feed is live: a list with as much in it as a busy system has, and a fresh lease. */
export function followedRevocations(): RevocationKnowledge {
  const revocations = new RevocationList();
  const expiresAt = Math.floor(Date.now() / 1_000) + 86_400;
  const ended = (kind: Revocation['kind']) => ({ kind, key: randomUUID(), notBefore: 1, expiresAt });
  revocations.apply(
    Array.from({ length: LIVE }, (_, index) => ended(index % 4 === 0 ? 'subject' : 'family')),
  );
  revocations.apply(Array.from({ length: LIVE / 10 }, () => ended('token')));
  const lease = new RenewableLease({ maxAgeMs: Infinity });
  lease.renew(0);
  return { revocations, lease };
}
