import { bindingFault, type Binding } from './binding.js';
import { openCompactJws, readCompactJws } from './compact-jws.js';
import type { CompactJws } from './compact-jws.js';
import { MAX_TOKEN_CHARS } from './compact-text.js';
import type { Claims } from './claims.js';
import type { KeySource } from './key-source.js';
import { readClaims, timeFault } from './read-claims.js';
import type { ClaimsPolicy } from './read-claims.js';
import { revocableNames } from './revocable-names.js';
import type { RevocationSource } from './revocation.js';
import { readStrictObject } from './strict-json.js';
import { TokenRejected } from './token-rejected.js';
import type { VerificationKey } from './verification-key.js';
import { VerifiedCache, type VerifiedEntry } from './verified-cache.js';

/** What a verifier asks of revocations. */
type RevocationLookup = Pick<RevocationSource, 'applied' | 'isRevoked'>;

/** What one service accepts. */
export interface AccessTokenVerifierOptions {
  /** The only `iss` accepted, compared character by character; `keys` must be the keys of this issuer. */
  readonly issuer: string;
  /** This service's own `aud`. */
  readonly audience: string;
  readonly keys: KeySource;
  /** What is revoked, asked at every use of an access token; without it none is. */
  readonly revocations?: RevocationLookup;
  /** Milliseconds since the epoch. */
  readonly clock?: () => number;
  /** How far the clocks of issuer and verifier may differ. */
  readonly skewSeconds?: number;
  /** Longest `exp - iat` accepted, whatever the issuer says. */
  readonly maxLifetimeSeconds?: number;
  /** Longest text that is looked at. */
  readonly maxTokenChars?: number;
  /** Most verified access tokens remembered; 0 verifies every one anew. */
  readonly cacheSize?: number;
}

/** `typ` of an access token (RFC 9068 section 2.1), with the prefix that RFC 7515 section 4.1.9 lets be left out. */
const ACCESS_TOKEN_TYPE = /^(?:application\/)?at\+jwt$/i;

/**
 * Verifies access tokens as RFC 9068 profiles them, alone: no call leaves the process except through `keys`.
 *
 * Order of the checks: text, header, key, signature, payload, claims, clock, binding, revocations. Nothing unauthenticated is parsed
 * beyond a header of 1,024 characters.
 */
export class AccessTokenVerifier {
  readonly #keys: KeySource;
  readonly #revocations: RevocationLookup | undefined;
  readonly #policy: ClaimsPolicy;
  readonly #clock: () => number;
  readonly #skewSeconds: number;
  readonly #maxTokenChars: number;
  readonly #cache: VerifiedCache;

  constructor(options: AccessTokenVerifierOptions) {
    this.#keys = options.keys;
    this.#revocations = options.revocations;
    this.#policy = {
      issuer: options.issuer,
      audience: options.audience,
      maxLifetimeSeconds: options.maxLifetimeSeconds ?? 900,
    };
    this.#clock = options.clock ?? Date.now;
    this.#skewSeconds = options.skewSeconds ?? 5;
    this.#maxTokenChars = options.maxTokenChars ?? MAX_TOKEN_CHARS;
    this.#cache = new VerifiedCache(options.cacheSize ?? 10_000);
  }

  /**
   * The claims of an access token that was verified before and still is valid, without waiting: the fast path,
   * `verifier.peek(text) ?? (await verifier.verify(text))`. The clock, the presence of the key and revocations are
   * checked anew on every call.
   *
   * @param binding what it may be bound to; who says `key` or `any` looks at `boundTo`
   * @returns undefined when `verify` has to decide
   * @throws TokenRejected when it is revoked, or bound otherwise
   */
  peek(text: string, binding: Binding = 'none'): Claims | undefined {
    const entry = this.#cache.find(text);
    if (entry === undefined) return undefined;
    // A key keeps its object for as long as the source serves it unchanged, so identity means "still in the set".
    const keyServed = this.#keys.find(entry.key.keyId) === entry.key;
    if (keyServed && this.#timeFault(entry.claims) === undefined) return this.#accept(entry, binding);
    this.#cache.delete(entry);
    return undefined;
  }

  /**
   * Verifies an access token completely, or answers from what was verified before.
   *
   * @param text the access token as received, without the scheme
   * @param binding what it may be bound to; who says `key` or `any` looks at `boundTo`
   * @throws TokenRejected when it is refused; `reason` is for the log only
   * @throws KeysUnavailable when the source of the keys never answered
   */
  async verify(text: string, binding: Binding = 'none'): Promise<Claims> {
    const known = this.peek(text, binding);
    if (known !== undefined) return known;
    const jws = readCompactJws(text, this.#maxTokenChars);
    if (typeof jws.header.type !== 'string' || !ACCESS_TOKEN_TYPE.test(jws.header.type)) {
      throw new TokenRejected('TYPE_NOT_ALLOWED');
    }
    const key = await this.#keyOf(jws);
    const payload = readStrictObject(openCompactJws(jws, key), 'CLAIMS_MALFORMED');
    const claims = readClaims(payload, this.#policy, key.keyId);
    const fault = this.#timeFault(claims);
    if (fault !== undefined) throw new TokenRejected(fault);
    // A revoked one is remembered too: whoever repeats it costs no second verification.
    const entry: VerifiedEntry = { text, claims, names: revocableNames(claims), key, clearUpTo: NaN };
    this.#cache.add(entry);
    return this.#accept(entry, binding);
  }

  #accept(entry: VerifiedEntry, binding: Binding): Claims {
    const { claims } = entry;
    const fault = bindingFault(claims, binding);
    if (fault !== undefined) throw new TokenRejected(fault);
    if (this.#isRevoked(entry)) throw new TokenRejected('REVOKED');
    return claims;
  }

  /** Looks through what is revoked once for each time that more is: calls are many more than revocations. */
  #isRevoked(entry: VerifiedEntry): boolean {
    const revocations = this.#revocations;
    if (revocations === undefined || entry.clearUpTo === revocations.applied) return false;
    if (revocations.isRevoked(entry.names)) return true;
    entry.clearUpTo = revocations.applied;
    return false;
  }

  async #keyOf(jws: CompactJws): Promise<VerificationKey> {
    const known = this.#keys.find(jws.header.keyId);
    if (known !== undefined && this.#isActive(known)) return known;
    const key = await this.#keys.lookUp(jws.header.keyId);
    if (key === undefined) throw new TokenRejected('KEY_UNKNOWN');
    if (!this.#isActive(key)) throw new TokenRejected('KEY_NOT_ACTIVE');
    return key;
  }

  #isActive(key: VerificationKey): boolean {
    return key.notBefore <= this.#now() + this.#skewSeconds;
  }

  #timeFault(claims: Claims): 'EXPIRED' | 'NOT_YET_VALID' | undefined {
    return timeFault(claims, this.#now(), this.#skewSeconds);
  }

  /** Seconds since the epoch. */
  #now(): number {
    return this.#clock() / 1_000;
  }
}
