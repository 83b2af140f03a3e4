import type { RejectionReason } from './rejection-reason.js';

/**
 * The access token is refused. The message is the same for every reason; log `reason`, answer UNAUTHENTICATED
 * with a fixed text (RFC 6750 section 3.1 `invalid_token`).
 */
export class TokenRejected extends Error {
  override readonly name = 'TokenRejected';

  constructor(readonly reason: RejectionReason) {
    super('access token rejected');
  }
}
