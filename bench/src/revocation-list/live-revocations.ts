import { randomUUID } from 'node:crypto';
import { revocableNames, type RevocableNames, type Revocation, type RevocationKind } from '@gatehouse/tokens';

/** What is revoked in a busy system, by kind: sign-outs above all. */
const SHARES: readonly (readonly [RevocationKind, number])[] = [
  ['family', 0.5],
  ['session', 0.2],
  ['token', 0.2],
  ['subject', 0.09],
  ['api_key', 0.01],
];

/** Revocations of all kinds, as a feed decodes them: each key a string of its own. */
export function liveRevocations(count: number): Revocation[] {
  const now = Math.floor(Date.now() / 1_000);
  return SHARES.flatMap(([kind, share]) =>
    Array.from({ length: Math.round(count * share) }, () => ({
      kind,
      key: own(randomUUID()),
      notBefore: now - 1,
      expiresAt: now + 3_600,
    })),
  );
}

/** The names of access tokens that are good: a check of them looks everywhere. */
export function goodNames(count: number): RevocableNames[] {
  const issuedAt = Math.floor(Date.now() / 1_000);
  return Array.from({ length: count }, () =>
    revocableNames({
      tokenId: randomUUID(),
      sessionId: randomUUID(),
      subject: randomUUID(),
      clientId: 'gatehouse-web',
      keyId: 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs',
      issuedAt,
    }),
  );
}

/** The same text in memory of its own: randomUUID cuts its texts out of a larger one. */
function own(text: string): string {
  return Buffer.from(text).toString('latin1');
}
