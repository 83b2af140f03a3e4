import { CREDENTIAL_KINDS } from './claims.js';
import type { Actor, Claims, CredentialKind } from './claims.js';
import { isIdentifier, MAX_CLAIM_ID_CHARS } from './identifier.js';
import { isThumbprint } from './jwk-thumbprint.js';
import type { RejectionReason } from './rejection-reason.js';
import { Scope } from './scope.js';
import { isJsonObject, type JsonObject } from './strict-json.js';
import { TokenRejected } from './token-rejected.js';

/** What claims are compared with. */
export interface ClaimsPolicy {
  readonly issuer: string;
  readonly audience: string;
  /** Longest `exp - iat`, in seconds. */
  readonly maxLifetimeSeconds: number;
}

/**
 * Reads the claims of an access token by the schema of RFC 9068, without looking at the clock. Members that the
 * schema does not name are ignored (RFC 7519 section 4).
 *
 * @param keyId the key that verified it
 * @throws TokenRejected for the first claim that is not as the schema says
 */
export function readClaims(payload: JsonObject, policy: ClaimsPolicy, keyId: string): Claims {
  if (payload['iss'] !== policy.issuer) throw new TokenRejected('ISSUER_MISMATCH');
  if (!namesAudience(payload['aud'], policy.audience)) throw new TokenRejected('AUDIENCE_MISMATCH');

  const issuedAt = readTime(payload['iat']);
  const expiresAt = readTime(payload['exp']);
  const notBefore = payload['nbf'] === undefined ? issuedAt : readTime(payload['nbf']);
  if (issuedAt <= 0 || expiresAt <= 0) throw new TokenRejected('TIME_MALFORMED');
  const lifetime = expiresAt - issuedAt;
  if (lifetime <= 0 || lifetime > policy.maxLifetimeSeconds) throw new TokenRejected('LIFETIME_INVALID');

  const subject = readIdentifier(payload['sub'], 'SUBJECT_MALFORMED');
  const clientId = readIdentifier(payload['client_id'], 'CLIENT_ID_MALFORMED');
  const isService = subject === clientId;
  const sessionless = isService && payload['sid'] === undefined;
  return Object.freeze({
    issuer: policy.issuer,
    audience: policy.audience,
    subject,
    clientId,
    sessionId: sessionless ? undefined : readIdentifier(payload['sid'], 'SESSION_ID_MALFORMED'),
    tokenId: readIdentifier(payload['jti'], 'TOKEN_ID_MALFORMED'),
    isService,
    issuedAt,
    notBefore,
    expiresAt,
    scope: readScope(payload['scope']),
    keyId,
    credential: readCredential(payload['credential']),
    authTime: payload['auth_time'] === undefined ? undefined : readTime(payload['auth_time']),
    actor: payload['act'] === undefined ? undefined : readActor(payload['act']),
    boundTo: Object.hasOwn(payload, 'cnf') ? readConfirmation(payload['cnf']) : undefined,
  });
}

/**
 * Compares the times of claims with the clock. Holds for cached claims too, on every use.
 *
 * @param now seconds since the epoch
 * @param skewSeconds how far the clocks of issuer and verifier may differ
 * @returns undefined when the claims are valid now
 */
export function timeFault(
  claims: Claims,
  now: number,
  skewSeconds: number,
): 'EXPIRED' | 'NOT_YET_VALID' | undefined {
  if (claims.expiresAt <= now - skewSeconds) return 'EXPIRED';
  const earliest = Math.max(claims.notBefore, claims.issuedAt);
  return earliest > now + skewSeconds ? 'NOT_YET_VALID' : undefined;
}

function namesAudience(value: unknown, audience: string): boolean {
  if (!Array.isArray(value)) return value === audience;
  return value.every((member) => typeof member === 'string') && value.includes(audience);
}

/** A NumericDate (RFC 7519 section 2); `1e999` parses to Infinity. */
function readTime(value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new TokenRejected('TIME_MALFORMED');
  return value;
}

function readIdentifier(value: unknown, fault: RejectionReason): string {
  if (!isIdentifier(value, MAX_CLAIM_ID_CHARS)) throw new TokenRejected(fault);
  return value;
}

/** A kind that this verifier does not know is one whose rules it does not know either. */
function readCredential(value: unknown): CredentialKind | undefined {
  if (value === undefined) return undefined;
  const kind = CREDENTIAL_KINDS.find((known) => known === value);
  if (kind === undefined) throw new TokenRejected('CREDENTIAL_UNKNOWN');
  return kind;
}

/** Strict JSON bounds how deep it is. */
function readActor(value: unknown): Actor {
  if (!isJsonObject(value)) throw new TokenRejected('ACTOR_MALFORMED');
  const sub = readIdentifier(value['sub'], 'ACTOR_MALFORMED');
  return Object.freeze({ sub, ...(value['act'] !== undefined && { act: readActor(value['act']) }) });
}

/** Whoever cannot check all that an access token is bound to must not take it (RFC 7800 section 3.1). */
function readConfirmation(value: unknown): string {
  const { jkt, ...others } = isJsonObject(value) ? value : {};
  if (!isThumbprint(jkt) || Object.keys(others).length > 0) throw new TokenRejected('CONFIRMATION_UNKNOWN');
  return jkt;
}

const NO_SCOPE = Scope.parse('');

function readScope(value: unknown): Scope {
  if (value === undefined) return NO_SCOPE;
  if (typeof value !== 'string') throw new TokenRejected('SCOPE_MALFORMED');
  return Scope.parse(value);
}
