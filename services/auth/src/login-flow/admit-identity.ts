import { platformReasons } from '@gatehouse/errors';
import { insertAccount } from '../account/create-account.js';
import { emailKey } from '../account/email-key.js';
import type { AuthContext } from '../auth-context.js';
import type { Caller } from '../caller.js';
import type { LinkedAccount, NewIdentity } from '../identity/identity.store.js';
import { displayNameOf } from '../identity-provider/display-name.js';
import type { ProvenIdentity, VouchedEmail } from '../identity-provider/identity-provider.js';
import { mailEvent } from '../mail/mail-event.js';
import { authReasons } from '../reasons.js';
import { beginSession, type BegunSession } from '../session/begin-session.js';

/** What becomes of somebody whom a provider has named. */
export type Admission =
  | { readonly kind: 'signed_in'; readonly session: BegunSession }
  /** The address is to be shown to be the person's first, by mail. */
  | { readonly kind: 'mailed' }
  /** The address, which is the person's, has an account that is not linked to the identity. */
  | { readonly kind: 'taken'; readonly accountId: string };

/** An identity with an address that the provider has verified. */
type WithEmail = ProvenIdentity & { readonly email: VouchedEmail };

/** What the audit trail calls the making of an account. */
const REGISTER = 'Register';

/**
 * Signs in to the account that an identity is linked to, or makes one. An account is found by issuer and subject alone.
 * An address never finds one: where the provider is authoritative for it, its owner is told that it has an account;
 * where not, nobody but the reader of its mail is.
 *
 * @throws AppError EMAIL_NOT_VERIFIED, SIGN_IN_REFUSED, TOO_MANY_ATTEMPTS, CONFLICT
 */
export async function admitIdentity(
  context: AuthContext,
  identity: ProvenIdentity,
  caller: Caller,
): Promise<Admission> {
  const { database, identities, audit, limits, sendsMail } = context;
  const known = await identities.find(database.sql, identity);
  if (known) return signInTo(context, known, identity, caller);
  const { email } = identity;
  if (!email || !(email.authoritative || sendsMail)) {
    return audit.refuse(database.sql, caller.origin, authReasons.EMAIL_NOT_VERIFIED());
  }
  await limits.count('register', caller.address);
  const register = email.authoritative ? registerAtOnce : registerByMail;
  return register(context, { ...identity, email }, caller);
}

async function signInTo(
  context: AuthContext,
  { id, accountId, accountEmail }: LinkedAccount,
  identity: ProvenIdentity,
  caller: Caller,
): Promise<Admission> {
  const { database, accounts, identities, limits, outbox, audit, requiresVerifiedEmail } = context;
  const decided = await database.transaction(async (tx) => {
    const facts = await accounts.lockForIssue(tx, accountId);
    if (!facts || !(await identities.use(tx, id, toIdentity(identity)))) return 'refused';
    // Without a password the account is its identity's, and that may have named somebody else's address.
    if (!facts.emailVerified && (requiresVerifiedEmail || !facts.passwordSet)) return 'unverified';
    await limits.signIn(accountEmail, caller.address).remember(tx, accountId);
    return beginSession(context, tx, accountId, caller, { id, authTime: identity.authTime });
  });
  if (decided === 'refused') {
    const error = authReasons.SIGN_IN_REFUSED({ logReason: 'ACCOUNT_CLOSED' });
    return audit.refuse(database.sql, caller.origin, error, accountId);
  }
  if (decided !== 'unverified') return { kind: 'signed_in', session: decided };
  const mayMail = await limits.mayMail('address', accountEmail);
  await database.transaction(async (tx) => {
    await outbox.append(tx, mailEvent('email_verification', mayMail ? accountId : undefined));
    const { reason: outcome } = mayMail ? authReasons.EMAIL_NOT_VERIFIED : authReasons.TOO_MANY_ATTEMPTS;
    await audit.append(tx, { origin: caller.origin, target: accountId, outcome });
  });
  return { kind: 'mailed' };
}

/** The provider's word is enough: the address is the person's. */
async function registerAtOnce(context: AuthContext, identity: WithEmail, caller: Caller): Promise<Admission> {
  const { database, accounts, identities, limits } = context;
  const { address: email } = identity.email;
  const owner = { email, displayName: nameOf(identity), emailVerified: true };
  const session = await database.transaction(async (tx) => {
    const account = await insertAccount(context, tx, owner, undefined, registering(caller));
    if (!account) return undefined;
    const id = await identities.insert(tx, account.id, toIdentity(identity));
    if (id === undefined) throw platformReasons.CONFLICT();
    await limits.signIn(email, caller.address).remember(tx, account.id);
    return beginSession(context, tx, account.id, caller, { id, authTime: identity.authTime });
  });
  if (session) return { kind: 'signed_in', session };
  // Taken, perhaps by this very person a moment ago: of two of their windows, say.
  const known = await identities.find(database.sql, identity);
  if (known) return signInTo(context, known, identity, caller);
  const taken = await accounts.findByEmailKey(database.sql, emailKey(email));
  if (!taken) throw platformReasons.CONFLICT();
  return { kind: 'taken', accountId: taken.id };
}

/**
 * The provider's word is not enough: whoever reads the mail of the address decides. A taken one gets the same answer,
 * for as many statements, so that nobody learns from a provider which addresses have accounts.
 */
async function registerByMail(context: AuthContext, identity: WithEmail, caller: Caller): Promise<Admission> {
  const { database, accounts, identities, limits, outbox, audit } = context;
  const { address: email } = identity.email;
  const origin = registering(caller);
  const mayMail = await limits.mayMail('address', email);
  const owner = { email, displayName: nameOf(identity) };
  await database.transaction(async (tx) => {
    const account = await insertAccount(context, tx, owner, undefined, origin);
    if (account) {
      if (!(await identities.insert(tx, account.id, toIdentity(identity)))) throw platformReasons.CONFLICT();
      await outbox.append(tx, mailEvent('email_verification', mayMail ? account.id : undefined));
      return;
    }
    const taken = await accounts.findByEmailKey(tx, emailKey(email));
    await outbox.append(tx, mailEvent('account_exists', undefined));
    const { reason: outcome } = mayMail ? authReasons.EMAIL_TAKEN : authReasons.TOO_MANY_ATTEMPTS;
    await audit.append(tx, { origin, target: taken?.id, outcome });
    await outbox.append(tx, mailEvent('account_exists', mayMail ? taken?.id : undefined));
  });
  return { kind: 'mailed' };
}

function registering({ origin }: Caller) {
  return { ...origin, action: REGISTER };
}

/** The identity as it is kept. */
export function toIdentity({ issuer, subject, displayName, email }: ProvenIdentity): NewIdentity {
  return { issuer, subject, displayName, email: email?.address ?? null };
}

/** What others see: the name at the provider, or the front of the address. */
function nameOf({ displayName, email }: WithEmail): string {
  return displayName || displayNameOf(email.address.split('@')[0]);
}
