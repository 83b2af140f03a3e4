import {
  AccessTokenVerifier,
  readCompactJws,
  TokenRejected,
  type Binding,
  type Claims,
  type KeySource,
} from '@gatehouse/tokens';
import type { CallerKind } from '@gatehouse/access';
import type { KeyObject } from 'node:crypto';
import { NOTHING_REVOKED, type NoRevocations, type RevocationKnowledge } from './revocation-knowledge.js';

/** How far the clocks of issuer and service may differ, in seconds. */
const SKEW_SECONDS = 5;

/** Whose access tokens a service accepts, and how it knows what is revoked. */
export type AccessTokensOptions = AcceptedTokens & (RevocationKnowledge | NoRevocations);

/** Whose access tokens a service accepts. */
export interface AcceptedTokens {
  /** The only issuer (`iss`). */
  readonly issuer: string;
  /** The audience (`aud`) of every user's access token. */
  readonly apiAudience: string;
  /** The service's own name: the audience of service tokens for it. */
  readonly service: string;
  /** The issuer's keys. */
  readonly keys: KeySource;
  /** Milliseconds since the epoch. */
  readonly clock?: () => number;
}

/**
 * The access tokens of one service. A user's token is for the API and a
 * service's token for this service alone; neither passes as the other.
 */
export class AccessTokens {
  readonly #service: string;
  readonly #keys: KeySource;
  readonly #clock: () => number;
  readonly #users: AccessTokenVerifier;
  readonly #services: AccessTokenVerifier;

  /** What it knows of revocations. */
  readonly knowledge: RevocationKnowledge;
  /** How long after its end an access token is still accepted, in milliseconds. */
  readonly skewMs = SKEW_SECONDS * 1_000;

  constructor(options: AccessTokensOptions) {
    const { issuer, apiAudience, service, keys, clock = Date.now } = options;
    this.knowledge = options.revocations === 'none' ? NOTHING_REVOKED : options;
    const { revocations } = this.knowledge;
    const shared = { issuer, keys, clock, revocations, skewSeconds: SKEW_SECONDS };
    this.#service = service;
    this.#keys = keys;
    this.#clock = clock;
    this.#users = new AccessTokenVerifier({ ...shared, audience: apiAudience });
    this.#services = new AccessTokenVerifier({ ...shared, audience: service, cacheSize: 1_000 });
  }

  /**
   * The claims of an access token that was verified before and is still good; never waits.
   *
   * @throws TokenRejected when it is revoked, or bound otherwise
   */
  peek(accessToken: string, binding: Binding = 'none'): Claims | undefined {
    const user = this.#users.peek(accessToken, binding);
    if (user !== undefined) return user;
    const service = this.#services.peek(accessToken, binding);
    // A user's that is for the service is remembered as well, and for `verify` to refuse.
    return service?.isService ? service : undefined;
  }

  /** What kind of principal these claims make. Whoever acts in its own name is a service at the service itself, and a client at the API. */
  kindOf({ isService, audience }: Pick<Claims, 'isService' | 'audience'>): CallerKind {
    if (!isService) return 'user';
    return audience === this.#service ? 'service' : 'client';
  }

  /** Milliseconds since the epoch, by the clock that access tokens are judged by. */
  now(): number {
    return this.#clock();
  }

  /**
   * The key that this access token claims to be signed with, once its text
   * and header are sound.
   *
   * @throws TokenRejected for the text, the header or an unknown key
   * @throws KeysUnavailable when the issuer never answered
   */
  async keyOf(accessToken: string): Promise<KeyObject> {
    const { keyId } = readCompactJws(accessToken).header;
    const key = this.#keys.find(keyId) ?? (await this.#keys.lookUp(keyId));
    if (!key) throw new TokenRejected('KEY_UNKNOWN');
    return key.publicKey;
  }

  /**
   * Verifies an access token completely and remembers it for {@link peek}.
   *
   * @throws TokenRejected with the reason for the log
   * @throws KeysUnavailable when the issuer never answered
   */
  async verify(accessToken: string, binding: Binding = 'none'): Promise<Claims> {
    const claims = await this.#verifyUser(accessToken, binding);
    if (claims) return claims;
    const service = await this.#services.verify(accessToken, binding);
    if (!service.isService) throw new TokenRejected('AUDIENCE_MISMATCH');
    return service;
  }

  /** @returns undefined when the access token is for another audience than the API */
  async #verifyUser(accessToken: string, binding: Binding): Promise<Claims | undefined> {
    try {
      return await this.#users.verify(accessToken, binding);
    } catch (error) {
      if (error instanceof TokenRejected && error.reason === 'AUDIENCE_MISMATCH') return undefined;
      throw error;
    }
  }
}
