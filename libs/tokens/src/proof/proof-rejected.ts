/** Why a proof was refused; for the log and for metrics alone, as with an access token. */
export type ProofRejectionReason =
  /** There is none, or there are several (RFC 9449 section 4.3, check 1). */
  | 'PROOF_MISSING'
  /** More characters than the verifier reads; refused before anything is parsed. */
  | 'PROOF_TOO_LONG'
  /** Not exactly three non-empty segments of canonical base64url. */
  | 'PROOF_MALFORMED'
  /** The header is too large, no strict JSON, or holds a member that would change how the proof is read. */
  | 'PROOF_HEADER_MALFORMED'
  /** `typ` is not exactly `dpop+jwt`. */
  | 'PROOF_TYPE_NOT_ALLOWED'
  /** `alg` is none of those that proofs are signed with. */
  | 'PROOF_ALGORITHM_NOT_ALLOWED'
  /** `jwk` is missing, holds a secret, or is no public key of `alg`. */
  | 'PROOF_KEY_NOT_ALLOWED'
  /** The key is not the one that the access token is bound to. */
  | 'PROOF_KEY_MISMATCH'
  /** The signature does not verify. */
  | 'PROOF_SIGNATURE_INVALID'
  /** The payload is not strict JSON. */
  | 'PROOF_CLAIMS_MALFORMED'
  /** `htm` is not exactly the method. */
  | 'PROOF_METHOD_MISMATCH'
  /** `htu` is not the URI, by RFC 3986 and without query and fragment. */
  | 'PROOF_URI_MISMATCH'
  /** `iat` is no number of seconds. */
  | 'PROOF_TIME_MALFORMED'
  /** `iat` is further in the past than a proof is good for. */
  | 'PROOF_STALE'
  /** `iat` is further in the future than clocks may differ. */
  | 'PROOF_FROM_THE_FUTURE'
  /** `jti` is missing, empty or too long. */
  | 'PROOF_ID_MALFORMED'
  /** `ath` is not the hash of the access token. */
  | 'PROOF_TOKEN_MISMATCH'
  /** It was used before, here or elsewhere. */
  | 'PROOF_REPLAYED';

/** A proof is refused. The message is the same for every reason; log `reason`. */
export class ProofRejected extends Error {
  override readonly name = 'ProofRejected';

  constructor(readonly reason: ProofRejectionReason) {
    super('proof rejected');
  }
}
