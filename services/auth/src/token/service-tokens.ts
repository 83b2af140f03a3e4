import { ACCESS_TOKEN_SECONDS } from '../config.js';
import type { SigningKeys } from '../signing-key/signing-keys.js';
import { signAccessToken } from './access-token.js';
import { clientPermissions } from './clients.js';

/** An access token by which a service acts in its own name. */
export interface ServiceToken {
  readonly accessToken: string;
  readonly scope: string;
}

/** An own one is made anew when it would expire within this time, in seconds. */
const RENEW_BEFORE_SECONDS = 60;

/** Issues access tokens to services (RFC 9068, section 5: the subject is the client). */
export class ServiceTokens {
  readonly #issuer: string;
  readonly #keys: SigningKeys;
  readonly #own = new Map<string, { accessToken: string; keyId: string; issuedAt: number }>();

  constructor(issuer: string, keys: SigningKeys) {
    this.#issuer = issuer;
    this.#keys = keys;
  }

  /**
   * @returns undefined when the client has no business at the audience
   * @throws AppError KEYS_UNAVAILABLE
   */
  issue(clientId: string, audience: string): ServiceToken | undefined {
    const permissions = clientPermissions(clientId, audience);
    if (!permissions) return undefined;
    const scope = [...permissions].sort().join(' ');
    const grant = { iss: this.#issuer, aud: audience, sub: clientId, client_id: clientId, scope };
    return { accessToken: signAccessToken(this.#keys.active(), grant, nowSeconds()), scope };
  }

  /**
   * An access token for this process's own calls, kept until shortly before it expires.
   *
   * @throws AppError KEYS_UNAVAILABLE
   */
  own(clientId: string, audience: string): string {
    const name = `${clientId} ${audience}`;
    const { keyId } = this.#keys.active();
    const kept = this.#own.get(name);
    const age = nowSeconds() - (kept?.issuedAt ?? 0);
    // A revoked key takes what it signed with it; a clock that stepped back leaves one from the future.
    if (kept?.keyId === keyId && age >= 0 && age < ACCESS_TOKEN_SECONDS - RENEW_BEFORE_SECONDS)
      return kept.accessToken;
    const issued = this.issue(clientId, audience);
    if (!issued) throw new Error(`${clientId} has no permission at ${audience}`);
    this.#own.set(name, { accessToken: issued.accessToken, keyId, issuedAt: nowSeconds() });
    return issued.accessToken;
  }
}

function nowSeconds(): number {
  return Math.floor(Date.now() / 1_000);
}
