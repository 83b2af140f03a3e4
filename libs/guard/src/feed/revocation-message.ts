import { RevocationKind, type Revocation as RevocationMessage } from '@gatehouse/contracts/auth';
import type { Revocation, RevocationKind as Kind } from '@gatehouse/tokens';

const KINDS: ReadonlyMap<RevocationKind, Kind> = new Map([
  [RevocationKind.TOKEN, 'token'],
  [RevocationKind.SESSION, 'session'],
  [RevocationKind.FAMILY, 'family'],
  [RevocationKind.API_KEY, 'api_key'],
  [RevocationKind.GRANT, 'grant'],
  [RevocationKind.SUBJECT, 'subject'],
  [RevocationKind.CLIENT, 'client'],
  [RevocationKind.SIGNING_KEY, 'signing_key'],
  [RevocationKind.EVERYTHING, 'everything'],
]);

const NUMBERS: ReadonlyMap<Kind, RevocationKind> = new Map(
  Array.from(KINDS, ([number, kind]) => [kind, number]),
);

/** @returns undefined for a kind that this verifier does not know and so cannot enforce */
export function toRevocation({ kind, key, notBefore, expiresAt }: RevocationMessage): Revocation | undefined {
  const known = KINDS.get(kind);
  if (known === undefined) return undefined;
  return { kind: known, key, notBefore: Number(notBefore), expiresAt: Number(expiresAt) };
}

/** The other way round. */
export function fromRevocation({ kind, key, notBefore, expiresAt }: Revocation): RevocationMessage {
  const number = NUMBERS.get(kind) ?? RevocationKind.UNSPECIFIED;
  return { kind: number, key, notBefore: BigInt(notBefore), expiresAt: BigInt(expiresAt) };
}
