import { PROOF_ALGORITHMS } from '@gatehouse/tokens';
import type { Problem } from '@gatehouse/transcoding';
import type { CredentialForm } from '../credential/presented-credential.js';

const BEARER = 'Bearer realm="gatehouse"';

const DPOP = `DPoP realm="gatehouse", algs="${PROOF_ALGORITHMS.join(' ')}"`;

/**
 * The WWW-Authenticate header of a refusal (RFC 6750, section 3; RFC 9449, section 7.1), of the scheme that was presented.
 * Who sent no credential is told the scheme and nothing else; who sent one is told that it is not accepted, never why.
 *
 * @param presented the form of the credential that the request held
 */
export function challengeOf(
  { status, reason, metadata }: Problem,
  presented: CredentialForm | undefined,
): string | undefined {
  const scheme = presented === 'dpop' ? DPOP : BEARER;
  if (reason === 'SIGN_IN_TOO_OLD') {
    // RFC 9470, section 3: good, and too old for this.
    return `${scheme}, error="insufficient_user_authentication", max_age="${metadata?.['max_age'] ?? 0}"`;
  }
  if (status === 401) {
    if (reason === 'PROOF_INVALID') return `${scheme}, error="invalid_dpop_proof"`;
    return presented && reason === 'UNAUTHENTICATED' ? `${scheme}, error="invalid_token"` : scheme;
  }
  const permission = reason === 'PERMISSION_MISSING' ? metadata?.['permission'] : undefined;
  if (permission === undefined) return undefined;
  return `${scheme}, error="insufficient_scope", scope="${permission}"`;
}
