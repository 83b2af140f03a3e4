import { status } from '@grpc/grpc-js';
import { Credential } from '@gatehouse/contracts/access';
import { ExchangeRequest, ExchangeResponse, TokenServiceService } from '@gatehouse/contracts/auth';
import { AppError, platformReasons } from '@gatehouse/errors';
import type { Upstream, UpstreamCall } from '../upstream/upstream.js';
import type { PresentedCredential } from './presented-credential.js';

/** A credential that auth exchanges: everything but an access token. */
export interface ExchangeableCredential extends PresentedCredential {
  readonly form: 'session' | 'api_key';
}

/** What a credential was exchanged for. */
export interface ExchangedToken {
  readonly accessToken: string;
  /** Seconds that it is good for. */
  readonly expiresIn: number;
}

/**
 * Exchanges a credential for an access token.
 *
 * @param metadata of the request that presents it: its client's address and agent, its trace
 * @throws AppError UNAUTHENTICATED for a credential that is not good; UNAVAILABLE when auth does not answer;
 *   otherwise what auth says
 */
export type TokenExchange = (
  credential: ExchangeableCredential,
  metadata: UpstreamCall['metadata'],
) => Promise<ExchangedToken>;

const { path } = TokenServiceService.exchange;

/** Bound on one exchange, in milliseconds. Several requests may wait for it, so it is none of theirs. */
const EXCHANGE_TIMEOUT_MS = 3_000;

/** How soon a caller may try again when auth is late, in milliseconds. */
const RETRY_AFTER_MS = 1_000;

const TYPES = { session: Credential.SESSION, api_key: Credential.API_KEY } as const;

/** The exchange at auth: `TokenService.Exchange` (the semantics of RFC 8693). */
export function tokenExchange(upstream: Upstream): TokenExchange {
  return async ({ form, secret }, metadata) => {
    const request = ExchangeRequest.encode({
      subjectToken: secret,
      subjectTokenType: TYPES[form],
    }).finish();
    const deadline = performance.now() + EXCHANGE_TIMEOUT_MS;
    const { message } = await upstream
      .unary({ path, request, metadata, deadline })
      .catch((error: unknown) => Promise.reject(exchangeError(error)));
    const { tokens } = ExchangeResponse.decode(message);
    if (!tokens?.accessToken) throw new Error('auth exchanged a credential for nothing');
    return tokens;
  };
}

/** Every credential that is not good gets one answer, and an outage is none of them. */
function exchangeError(error: unknown): unknown {
  if (!(error instanceof AppError)) return error;
  switch (error.code) {
    case status.UNAUTHENTICATED:
    case status.INVALID_ARGUMENT:
      return platformReasons.UNAUTHENTICATED({ logReason: error.reason });
    case status.DEADLINE_EXCEEDED:
      return platformReasons.PEER_UNAVAILABLE({ cause: error, retryAfterMs: RETRY_AFTER_MS });
    default:
      return error;
  }
}
