import { isUuid } from '@gatehouse/aip';
import type { Sql } from '@gatehouse/postgres';
import { revokeSubject } from '../account/revoke-subject.js';
import type { Origin } from '../audit/audit-event.store.js';
import type { AuthContext } from '../auth-context.js';
import type { RevocationKindName } from './live-revocation.js';
import type { NewRevocation } from './revocation.store.js';

/** What to revoke, at whose word. */
export interface RevocationOrder {
  readonly kind: RevocationKindName;
  /** Empty for everything. */
  readonly key: string;
  readonly origin: Origin;
  /** Whether somebody will wait until it is enforced. */
  readonly awaited: boolean;
}

/**
 * Revokes in a transaction of the caller's: the access tokens, and what could be exchanged for new ones.
 *
 * @returns the numbers of the revocations, for `awaitEnforced`
 * @throws AppError KEY_UNKNOWN for a signing key that never was
 */
export async function revokeByKind(
  context: AuthContext,
  tx: Sql,
  { kind, key: said, origin, awaited }: RevocationOrder,
): Promise<bigint[]> {
  const { revocations, audit, keyKeeper } = context;
  if (kind === 'signing_key') return keyKeeper.revokeIn(tx, said, { origin, awaited });
  // As access tokens say it: in another spelling it would be acknowledged and refuse nobody.
  const key = isUuid(said) ? said.toLowerCase() : said;
  await audit.append(tx, { origin, target: key === '' ? kind : `${kind} ${key}`, outcome: 'OK' });
  return revocations.append(tx, [await endBehind(context, tx, kind, key)], awaited);
}

/** Ends what the access tokens descend from, where a row says so. */
async function endBehind(
  context: AuthContext,
  tx: Sql,
  kind: Exclude<RevocationKindName, 'signing_key'>,
  key: string,
): Promise<NewRevocation> {
  const { accounts, descent, sessionEnds, apiKeys, grants, revocations } = context;
  const hasRow = isUuid(key);
  switch (kind) {
    case 'token':
      return { kind, key };
    case 'family':
    case 'session':
    case 'api_key':
    case 'grant': {
      const account = hasRow ? await descent.accountOf(tx, key) : undefined;
      // The account first, as everyone who issues: what is being issued now is revoked as well.
      if (account === undefined || !(await accounts.lock(tx, account))) return { kind, key };
      // Whichever it is: under a wrong kind it would be refused for minutes and then be good again.
      await apiKeys.revoke(tx, key);
      await sessionEnds.end(tx, account, key);
      await grants.end(tx, key);
      return { kind, key };
    }
    case 'subject':
      // A service has no account; its tokens read the moment from the revocation itself.
      if (hasRow && (await accounts.lock(tx, key))) return revokeSubject(context, tx, key);
      return { kind, key, notBefore: await revocations.moment(tx) };
    case 'client':
    case 'everything':
      return { kind, key, notBefore: await revocations.moment(tx) };
  }
}
