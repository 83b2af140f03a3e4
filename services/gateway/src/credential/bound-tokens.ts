import { hash } from 'node:crypto';
import { proofRefusal, type ProofAuthority } from '@gatehouse/guard';
import { TokenRejected, verifyProof, type AccessTokenVerifier } from '@gatehouse/tokens';
import { RecentMap } from './recent-map.js';

/** A request with an access token that is bound to a key (DPoP, RFC 9449). */
export interface BoundRequest {
  readonly accessToken: string;
  /** The thumbprint of the key that it is bound to. */
  readonly boundTo: string;
  /** What the header `DPoP` holds; undefined where there is none. */
  readonly proof: string | undefined;
  readonly method: string;
  /** The path as it came, still encoded. */
  readonly path: string;
}

/** What bound access tokens are taken with. */
export interface BoundTokensOptions {
  /** Knows which proofs were used. */
  readonly proofs: Pick<ProofAuthority, 'use' | 'unbind'>;
  /** The issuer (`iss`): the API is where that is, whatever host a request names. */
  readonly issuer: string;
  /** Verifies what it keeps at each use: a key that signed it may have been revoked. */
  readonly verifier: Pick<AccessTokenVerifier, 'verify'>;
  /** Most access tokens kept. */
  readonly maxEntries?: number;
}

/** Most access tokens kept unless told: as many as the verifier remembers. */
const MAX_ENTRIES = 10_000;

/**
 * Access tokens that are bound to a key, each with the same one without its binding, which goes on to services: what a
 * caller proves is about its request to the gateway. Every request costs one call to auth, where its proof is used up;
 * with the first one the access token is unbound.
 */
export class BoundTokens {
  readonly #proofs: BoundTokensOptions['proofs'];
  readonly #origin: string;
  readonly #verifier: BoundTokensOptions['verifier'];
  /** By the SHA-256 of the bound one. Whoever asks has verified that, so that neither is used beyond its end. */
  readonly #unbound: RecentMap<string>;

  constructor({ proofs, issuer, verifier, maxEntries = MAX_ENTRIES }: BoundTokensOptions) {
    this.#proofs = proofs;
    this.#verifier = verifier;
    this.#origin = URL.parse(issuer)?.origin ?? '';
    this.#unbound = new RecentMap(maxEntries);
  }

  /**
   * Checks and uses up the proof of a request.
   *
   * @returns the access token without its binding
   * @throws AppError PROOF_INVALID; UNAUTHENTICATED when auth does not accept the access token any more; PROOFS_UNKNOWN
   *   when auth does not answer
   */
  async unbind({ accessToken, boundTo, proof, method, path }: BoundRequest): Promise<string> {
    const now = Date.now() / 1_000;
    const proofId = this.#verify(proof, { method, uri: this.#origin + path, accessToken, boundTo, now });
    const key = hash('sha256', accessToken, 'base64');
    const known = await this.#known(key);
    if (known !== undefined) {
      await this.#proofs.use(proofId);
      return known;
    }
    const request = { accessToken, proof: proof ?? '', httpMethod: method, path };
    const unbound = await this.#proofs.unbind(proofId, request);
    this.#unbound.set(key, unbound);
    return unbound;
  }

  async #known(key: string): Promise<string | undefined> {
    const known = this.#unbound.get(key);
    try {
      if (known !== undefined) await this.#verifier.verify(known);
      return known;
    } catch (error) {
      if (!(error instanceof TokenRejected)) throw error;
      return undefined;
    }
  }

  #verify(...proof: Parameters<typeof verifyProof>): string {
    try {
      return verifyProof(...proof).id;
    } catch (error) {
      throw proofRefusal(error);
    }
  }
}
