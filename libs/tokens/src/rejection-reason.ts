/**
 * Why an access token was refused. The reason is for the log and for metrics alone: a caller always gets the
 * one uniform answer, so that a refusal teaches nothing about the check that failed.
 */
export type RejectionReason =
  /** More characters than the verifier reads; refused before anything is parsed. */
  | 'TEXT_TOO_LONG'
  /** Not exactly three non-empty segments of canonical base64url (RFC 7515 section 7.1, RFC 4648 section 3.5). */
  | 'TEXT_MALFORMED'
  /** The encoded header is larger than any genuine one; refused before it is decoded. */
  | 'HEADER_TOO_LONG'
  /** The header is not strict JSON: UTF-8, an object, no duplicate or reserved member, bounded depth and size. */
  | 'HEADER_MALFORMED'
  /** The header holds a member that would change how the token is read, or where its key comes from. */
  | 'HEADER_MEMBER_FORBIDDEN'
  /** `alg` is not exactly `ES256`. */
  | 'ALGORITHM_NOT_ALLOWED'
  /** `typ` is not `at+jwt`: an ID token, a logout token or some other kind (RFC 9068 section 4). */
  | 'TYPE_NOT_ALLOWED'
  /** `kid` is missing or is not a short identifier. */
  | 'KEY_ID_MALFORMED'
  /** No key of the key set has this key ID. */
  | 'KEY_UNKNOWN'
  /** The key is published ahead of its activation and must not have signed anything yet. */
  | 'KEY_NOT_ACTIVE'
  /** The signature is not 64 bytes or does not verify. */
  | 'SIGNATURE_INVALID'
  /** The payload is not strict JSON, by the same rules as the header. */
  | 'CLAIMS_MALFORMED'
  /** `iss` is not exactly the configured issuer. */
  | 'ISSUER_MISMATCH'
  /** `aud` is neither the configured audience nor an array of strings that holds it. */
  | 'AUDIENCE_MISMATCH'
  /** `exp`, `iat`, `nbf` or `auth_time` is not a finite number of seconds. */
  | 'TIME_MALFORMED'
  /** `exp` lies before `iat` or further from it than the longest lifetime. */
  | 'LIFETIME_INVALID'
  /** `exp` and the skew have passed. */
  | 'EXPIRED'
  /** `nbf` or `iat` lies in the future by more than the skew. */
  | 'NOT_YET_VALID'
  /** `sub` is missing or is not an identifier. */
  | 'SUBJECT_MALFORMED'
  /** `client_id` is missing or is not an identifier. */
  | 'CLIENT_ID_MALFORMED'
  /** `jti` is missing or is not an identifier. */
  | 'TOKEN_ID_MALFORMED'
  /** `sid` is missing from the token of a user, or is not an identifier. */
  | 'SESSION_ID_MALFORMED'
  /** `scope` is present and is not a string. */
  | 'SCOPE_MALFORMED'
  /** `credential` is present and is no kind that the verifier knows. */
  | 'CREDENTIAL_UNKNOWN'
  /** `act` is present and is no chain of identifiers. */
  | 'ACTOR_MALFORMED'
  /** It is revoked: itself, what it descends from, its subject, its client, its key, or everything. */
  | 'REVOKED'
  /** `cnf` binds the token to something else than one key by its thumbprint (RFC 7800, RFC 9449 section 6.1). */
  | 'CONFIRMATION_UNKNOWN'
  /** It is bound to a key and was shown without a proof, as a bearer token (RFC 9449 section 7.2). */
  | 'PROOF_REQUIRED'
  /** It is bound to nothing and was shown with a proof, which proves nothing (RFC 9449 section 7.1). */
  | 'NOT_BOUND';
