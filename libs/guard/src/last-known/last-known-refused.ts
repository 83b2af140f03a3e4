/** Why a file is not used. */
export type LastKnownRefusal =
  /** It cannot be read, whatever is in it. */
  | 'UNREADABLE'
  /** It is of another kind, or not all there. */
  | 'NOT_SEALED'
  /** A later release wrote it. */
  | 'UNKNOWN_VERSION'
  | 'TOO_OLD'
  /** Its writer's clock is ahead of ours, and so its age is not known. */
  | 'FROM_THE_FUTURE'
  /** Sealed with another secret, for another service or issuer, changed, or cut off. */
  | 'NOT_OPENED'
  /** What was sealed is not what a verifier knows. */
  | 'MALFORMED'
  | 'TOO_BIG';

/** A file of what was last known that is not used, not even in part. */
export class LastKnownRefused extends Error {
  override readonly name = 'LastKnownRefused';

  constructor(
    readonly reason: LastKnownRefusal,
    options?: ErrorOptions,
  ) {
    super(`what was last known is not used: ${reason}`, options);
  }
}
