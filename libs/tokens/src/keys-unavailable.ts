/**
 * No key set was ever obtained and its source does not answer, so nothing can be said about any access token.
 * An outage, not a refusal: answer UNAVAILABLE. `cause` is the failure of the last fetch.
 */
export class KeysUnavailable extends Error {
  override readonly name = 'KeysUnavailable';

  constructor(cause: unknown) {
    super('no key set is available', { cause });
  }
}
