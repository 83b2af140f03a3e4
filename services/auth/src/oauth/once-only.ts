import type Provider from 'oidc-provider';
import type { AuthContext } from '../auth-context.js';
import { telling } from './oauth-fault.js';
import { shownProof } from './shown-proof.js';
import { currentContext } from './visit-context.js';

/** Longer than what is seen again could still be good by any clock that is off, in seconds. */
const MARGIN_SECONDS = 60;

/**
 * Has client assertions and proofs of possession be seen once, by all replicas together. The library looks for one and
 * then writes it down, between which it could come at another replica; here it is one statement. A proof it knows by the
 * client that brings it: whoever had taken one could bring it as another client, so it is used up by its key as well.
 */
export function onceOnly({ ReplayDetection }: Provider, context: AuthContext): void {
  const { artifacts, usedProofs, database } = context;
  ReplayDetection.unique = (issuer, jti, exp) =>
    telling(async () => {
      const lifetime = Math.max(1, exp - Math.floor(Date.now() / 1_000)) + MARGIN_SECONDS;
      const name = JSON.stringify([issuer, jti]);
      if (!(await artifacts.putOnce('ReplayDetection', name, lifetime))) return false;
      const proof = shownProof(currentContext());
      return proof?.jti !== jti || usedProofs.use(database.sql, proof.id);
    });
}
