import { KeysUnavailable, TokenRejected } from '@gatehouse/tokens';
import type { AccessTokenVerifier } from '@gatehouse/tokens';

/** What a verifier decided, as the gRPC status that a guard answers with. */
export interface Decision {
  readonly status: 'OK' | 'UNAUTHENTICATED' | 'UNAVAILABLE';
  /** Why, for the report. */
  readonly reason: string;
  /** The text of the error that callers may see. */
  readonly message: string;
}

/** Presents one access token. Any error that the verifier does not promise is passed on. */
export async function decide(verifier: AccessTokenVerifier, text: string): Promise<Decision> {
  try {
    const claims = await verifier.verify(text);
    return { status: 'OK', reason: `accepted for ${claims.subject}`, message: '' };
  } catch (error) {
    if (error instanceof TokenRejected) {
      return { status: 'UNAUTHENTICATED', reason: error.reason, message: error.message };
    }
    if (error instanceof KeysUnavailable) {
      return { status: 'UNAVAILABLE', reason: error.message, message: error.message };
    }
    throw error;
  }
}
