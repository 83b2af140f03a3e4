import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import { ProofRejected, verifyProof, type VerifiedProof } from '@gatehouse/tokens';

/** The access token that is shown along with a proof, which is then for that alone. */
const SHOWN = /^DPoP ([^ ]+)$/i;

/**
 * The proof of possession that a request of the protocol brings, read as every verifier reads them: within narrower
 * bounds than the library's. Nothing is used up yet.
 *
 * @returns undefined where there is none
 * @throws InvalidDpopProof
 */
export function shownProof(ctx: KoaContextWithOIDC): VerifiedProof | undefined {
  const text = ctx.get('dpop');
  if (text === '') return undefined;
  try {
    return verifyProof(text, {
      method: ctx.method,
      uri: ctx.oidc.urlFor(ctx.oidc.route),
      accessToken: SHOWN.exec(ctx.get('authorization'))?.[1],
      boundTo: undefined,
      now: Date.now() / 1_000,
    });
  } catch (error) {
    if (!(error instanceof ProofRejected)) throw error;
    throw Object.assign(new errors.InvalidDpopProof('proof is not accepted'), { error_detail: error.reason });
  }
}
