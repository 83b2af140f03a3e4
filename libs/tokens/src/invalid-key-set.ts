/** A key set that must not be used at all: malformed, ambiguous, or holding something secret. */
export class InvalidKeySet extends Error {
  override readonly name = 'InvalidKeySet';
}
