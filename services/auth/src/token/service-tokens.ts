import { ACCESS_TOKEN_SECONDS } from '../config.js';
import type { RevocationTail } from '../revocation/revocation-tail.js';
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
  readonly #tail: Pick<RevocationTail, 'notBefore' | 'nowSeconds'>;
  readonly #own = new Map<string, { accessToken: string; keyId: string; issuedAt: number }>();

  /** @param tail knows the moments that an issue must be later than, and the clock that they come from */
  constructor(issuer: string, keys: SigningKeys, tail: Pick<RevocationTail, 'notBefore' | 'nowSeconds'>) {
    this.#issuer = issuer;
    this.#keys = keys;
    this.#tail = tail;
  }

  /**
   * @param key what to sign with; by default the active key as this replica has last read it
   * @returns undefined when the client has no business at the audience
   * @throws AppError KEYS_UNAVAILABLE
   */
  issue(clientId: string, audience: string, key = this.#keys.active()): ServiceToken | undefined {
    const permissions = clientPermissions(clientId, audience);
    if (!permissions) return undefined;
    const scope = [...permissions].sort().join(' ');
    const grant = { iss: this.#issuer, aud: audience, sub: clientId, client_id: clientId, scope };
    const issuedAt = Math.max(this.#tail.nowSeconds, this.#tail.notBefore(clientId, clientId) + 1);
    return { accessToken: signAccessToken(key, grant, issuedAt), scope };
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
    const age = this.#tail.nowSeconds - (kept?.issuedAt ?? 0);
    // A revoked key takes what it signed with it; a clock that stepped back leaves one from the future.
    const isFresh = kept?.keyId === keyId && age >= 0 && age < ACCESS_TOKEN_SECONDS - RENEW_BEFORE_SECONDS;
    if (isFresh && kept.issuedAt > this.#tail.notBefore(clientId, clientId)) return kept.accessToken;
    const issued = this.issue(clientId, audience);
    if (!issued) throw new Error(`${clientId} has no permission at ${audience}`);
    this.#own.set(name, { accessToken: issued.accessToken, keyId, issuedAt: this.#tail.nowSeconds });
    return issued.accessToken;
  }
}
