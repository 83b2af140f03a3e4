import type { Origin } from '../audit/audit-event.store.js';
import type { AuthContext } from '../auth-context.js';

/** What {@link restoreRevocations} has found. */
export interface Restored {
  /** Token families, sessions and grants that were live in the backup. */
  readonly signIns: number;
  /** API keys that were live in the backup, and still are. */
  readonly apiKeys: number;
}

/**
 * After a restore from a backup, what was revoked since the backup is forgotten. This begins a new epoch, so that
 * every verifier reads all anew and merges it, and ends what may have been revoked: access tokens, sign-ins and
 * signing keys.
 */
export async function restoreRevocations(context: AuthContext, origin: Origin): Promise<Restored> {
  const { database, revocations, descent, keyKeeper, audit } = context;
  return database.transaction(async (tx) => {
    await revocations.beginEpoch(tx);
    const signIns = await descent.endSignIns(tx);
    await keyKeeper.replaceAll(tx);
    await revocations.append(tx, [{ kind: 'everything', key: '', notBefore: await revocations.moment(tx) }]);
    await audit.append(tx, { origin, outcome: 'OK' });
    return { signIns, apiKeys: await descent.countApiKeys(tx) };
  });
}
