import type Provider from 'oidc-provider';
import type { AuthContext } from '../auth-context.js';
import { telling } from './oauth-fault.js';

/** Longer than what is seen again could still be good by any clock that is off, in seconds. */
const MARGIN_SECONDS = 60;

/**
 * Has client assertions be seen once, by all replicas together. The library looks for one and then
 * writes it down, between which it could come at another replica; here it is one statement.
 */
export function onceOnly({ ReplayDetection }: Provider, { artifacts }: AuthContext): void {
  ReplayDetection.unique = (issuer, jti, exp) => {
    const lifetime = Math.max(1, exp - Math.floor(Date.now() / 1_000)) + MARGIN_SECONDS;
    return telling(() => artifacts.putOnce('ReplayDetection', JSON.stringify([issuer, jti]), lifetime));
  };
}
