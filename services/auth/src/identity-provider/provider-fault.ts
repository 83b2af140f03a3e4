import { AppError } from '@gatehouse/errors';
import { AuthorizationResponseError, ClientError, ResponseBodyError } from 'openid-client';
import { OutboundFault } from '../outbound/outbound-fault.js';
import { authReasons } from '../reasons.js';

/** Why an answer of a provider is refused; for the log and the audit trail alone. */
export type AnswerFault =
  | 'ADDRESS_REFUSED'
  | 'ANSWER_MALFORMED'
  | 'ANSWER_TOO_LARGE'
  | 'AUTHORIZATION_RESPONSE_INVALID'
  | 'CODE_REFUSED'
  | 'ID_TOKEN_ALGORITHM'
  | 'ID_TOKEN_AUDIENCE'
  | 'ID_TOKEN_AUTH_TIME'
  | 'ID_TOKEN_EXPIRED'
  | 'ID_TOKEN_ISSUER'
  | 'ID_TOKEN_KEY'
  | 'ID_TOKEN_NONCE'
  | 'ID_TOKEN_SIGNATURE'
  | 'METADATA_ISSUER'
  | 'SUBJECT_MISMATCH';

/** What a person answers for when they do not want to sign in after all (RFC 6749, section 4.1.2.1). */
const DENIED = new Set(['access_denied', 'interaction_required', 'login_required', 'consent_required']);
const AWAY = new Set(['server_error', 'temporarily_unavailable']);

/** How long to wait before a provider is asked that did not answer, in milliseconds, unless the breaker knows better. */
const RETRY_MS = 1_000;

/** The answer to what went wrong with a provider. */
export function providerFault(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const outbound = causeOf(error, OutboundFault);
  if (outbound && outbound.code !== 'ADDRESS_REFUSED' && outbound.code !== 'ANSWER_TOO_LARGE') {
    return unavailable(outbound, outbound.retryAfterMs);
  }
  if (outbound) return answerRefused(outbound.code as AnswerFault, error);
  const response = causeOf(error, AuthorizationResponseError);
  if (response && DENIED.has(response.error)) return authReasons.PROVIDER_DENIED({ cause: error });
  if (response && AWAY.has(response.error)) return unavailable(error);
  if (response) return answerRefused('AUTHORIZATION_RESPONSE_INVALID', error);
  if (isServerError(error)) return unavailable(error);
  if (causeOf(error, ResponseBodyError)) return answerRefused('CODE_REFUSED', error);
  return answerRefused(idTokenFault(error) ?? 'ANSWER_MALFORMED', error);
}

/** @param logReason what was wrong, for the log */
export function answerRefused(logReason: AnswerFault, cause?: unknown): AppError {
  return authReasons.PROVIDER_ANSWER_REFUSED({ logReason, cause });
}

function unavailable(cause: unknown, retryAfterMs = RETRY_MS): AppError {
  return authReasons.PROVIDER_UNAVAILABLE({ retryAfterMs, cause });
}

/** An answer of the provider's own that says that it cannot serve: 429, or 500 and above. */
function isServerError(error: unknown): boolean {
  const answer = [...chainOf(error)].find(
    (one) => one instanceof Response || one instanceof ResponseBodyError,
  );
  const status = (answer as { status?: number } | undefined)?.status ?? 0;
  return status === 429 || status >= 500;
}

const CLAIMS: Readonly<Record<string, AnswerFault>> = {
  aud: 'ID_TOKEN_AUDIENCE',
  azp: 'ID_TOKEN_AUDIENCE',
  iss: 'ID_TOKEN_ISSUER',
  nonce: 'ID_TOKEN_NONCE',
};

/** What openid-client found wrong, by its codes and the facts beside them. */
function idTokenFault(error: unknown): AnswerFault | undefined {
  const code = causeOf(error, ClientError)?.code;
  const facts = Object.assign({}, ...[...chainOf(error)].filter(isPlain)) as Record<string, unknown>;
  switch (code) {
    case 'OAUTH_JWT_CLAIM_COMPARISON_FAILED':
      return CLAIMS[String(facts['claim'])];
    case 'OAUTH_JWT_TIMESTAMP_CHECK_FAILED':
      return 'ID_TOKEN_EXPIRED';
    case 'OAUTH_KEY_SELECTION_FAILED':
      return 'ID_TOKEN_KEY';
    case 'OAUTH_INVALID_RESPONSE':
      // GitHub refuses with status 200.
      if ((facts['body'] as { error?: unknown } | undefined)?.error) return 'CODE_REFUSED';
      if ('signature' in facts) return 'ID_TOKEN_SIGNATURE';
      if ('parameters' in facts) return 'AUTHORIZATION_RESPONSE_INVALID';
      return 'header' in facts ? 'ID_TOKEN_ALGORITHM' : undefined;
    case 'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED':
      return facts['attribute'] === 'issuer' ? 'METADATA_ISSUER' : 'SUBJECT_MISMATCH';
    default:
      return undefined;
  }
}

function isPlain(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** An error and what caused it, and what caused that. */
function* chainOf(error: unknown): Generator<unknown> {
  for (let one = error; one !== undefined && one !== null; one = (one as { cause?: unknown }).cause)
    yield one;
}

function causeOf<Class>(error: unknown, type: abstract new (...args: never[]) => Class): Class | undefined {
  return [...chainOf(error)].find((one): one is Class => one instanceof type);
}
