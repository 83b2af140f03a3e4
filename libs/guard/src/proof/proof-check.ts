import type { Metadata } from '@grpc/grpc-js';
import type { Call } from '@gatehouse/grpc';
import { verifyProof } from '@gatehouse/tokens';
import { proofRefusal, proofsUnknown } from './proof-refusal.js';

/**
 * Uses up a proof, at all verifiers together.
 *
 * @param within the deadline of the call that it is about, in milliseconds of `performance.now()`
 * @throws AppError PROOF_INVALID when it was used before, UNAVAILABLE when nobody says so
 */
export type UseProof = (proofId: string, within?: number) => Promise<void>;

/** What proofs are checked with. */
export interface ProofCheckOptions {
  /** The issuer (`iss`): every method is asked for where that is, whichever address it is reached by. */
  readonly issuer: string;
  /** Without it whoever sends a proof gets no answer but PROOFS_UNKNOWN. */
  readonly useProof?: UseProof;
  /** Milliseconds since the epoch. */
  readonly clock?: () => number;
}

/** Checks the proofs that calls bring along with access tokens that are bound to a key (DPoP, RFC 9449). */
export class ProofCheck {
  readonly #origin: string;
  readonly #useProof: UseProof | undefined;
  readonly #clock: () => number;

  constructor({ issuer, useProof, clock = Date.now }: ProofCheckOptions) {
    this.#origin = URL.parse(issuer)?.origin ?? '';
    this.#useProof = useProof;
    this.#clock = clock;
  }

  /**
   * The proof of a call is for POST, as gRPC is, and for the path of its method at the origin of the issuer:
   * `https://auth.example/gatehouse.users.v1.UserService/GetUser`.
   *
   * @param boundTo the thumbprint of the key that the access token is bound to
   * @throws AppError PROOF_INVALID, or UNAVAILABLE when nobody says whether it was used before
   */
  async check({ method, metadata, deadline }: Call, accessToken: string, boundTo: string): Promise<void> {
    const { id } = this.#verify(metadata, {
      method: 'POST',
      uri: this.#origin + method.path,
      accessToken,
      boundTo,
      now: this.#clock() / 1_000,
    });
    if (this.#useProof === undefined) throw proofsUnknown();
    await this.#useProof(id, deadline);
  }

  #verify(metadata: Metadata, occasion: Parameters<typeof verifyProof>[1]): ReturnType<typeof verifyProof> {
    const values = metadata.get('dpop');
    const [text] = values;
    try {
      return verifyProof(values.length === 1 && typeof text === 'string' ? text : undefined, occasion);
    } catch (error) {
      throw proofRefusal(error);
    }
  }
}
