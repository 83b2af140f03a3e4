import { decodeJwt } from 'jose';
import type { ProviderFault } from './fault.js';
import { sign, strangersKey, type SigningKeys } from './signing-keys.js';

/** An ID token as a provider would give it that has this fault. */
export async function spoilIdToken(
  idToken: string,
  fault: ProviderFault | undefined,
  keys: SigningKeys,
): Promise<string> {
  const claims = decodeJwt(idToken);
  const again = (changed: Readonly<Record<string, unknown>> = {}) =>
    sign({ ...claims, ...changed }, keys.current);
  switch (fault) {
    case 'wrong-nonce':
      return again({ nonce: 'the-nonce-of-another-login' });
    case 'wrong-audience':
      return again({ aud: 'another-client' });
    case 'wrong-issuer':
      return again({ iss: 'https://accounts.google.example' });
    case 'expired':
      return again({ iat: 1_000_000_000, exp: 1_000_003_600 });
    case 'old-sign-in':
      return again({ auth_time: Number(claims['auth_time'] ?? claims.iat) - 3_600 });
    case 'wrong-signature':
      return sign(claims, await strangersKey(keys.current.kid));
    case 'unknown-key':
      return sign(claims, await strangersKey('key-of-nobody'));
    case 'alg-none':
      return `${encode({ alg: 'none' })}.${encode(claims)}.`;
    case 'rotated-keys':
      await keys.rotate();
      return again();
    default:
      return again();
  }
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
