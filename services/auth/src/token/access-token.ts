import { randomUUID } from 'node:crypto';
import type { AccessTokenClaims, Actor } from '@gatehouse/tokens';
import { ACCESS_TOKEN_SECONDS } from '../config.js';
import { signEs256 } from '../signing-key/es256-signer.js';
import type { SigningKey } from '../signing-key/signing-keys.js';

/** What an access token says, besides what follows from its issue. */
export type Grant = Pick<
  AccessTokenClaims,
  'iss' | 'sub' | 'client_id' | 'sid' | 'credential' | 'auth_time' | 'cnf'
> & {
  readonly aud: string;
  /** Permissions, separated by spaces. */
  readonly scope: string;
  /** Who acts for the subject. */
  readonly act?: Actor;
};

/**
 * Signs an access token (RFC 9068). It says nothing of a person but opaque identifiers.
 *
 * @param issuedAt seconds since the epoch
 * @param lifetime in seconds
 * @param tokenId another one's where it is that one, signed anew
 */
export function signAccessToken(
  { keyId, privateKey }: SigningKey,
  grant: Grant,
  issuedAt: number,
  lifetime = ACCESS_TOKEN_SECONDS,
  tokenId: string = randomUUID(),
): string {
  const claims: AccessTokenClaims = {
    ...grant,
    jti: tokenId,
    iat: issuedAt,
    exp: issuedAt + lifetime,
  };
  const signed = `${encode({ alg: 'ES256', typ: 'at+jwt', kid: keyId })}.${encode(claims)}`;
  return `${signed}.${signEs256(privateKey, signed).toString('base64url')}`;
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
