import { randomUUID } from 'node:crypto';
import type Provider from 'oidc-provider';
import type { InteractionResults } from 'oidc-provider';
import type { Permission } from '@gatehouse/contracts/access';
import type { AuthContext } from '../auth-context.js';
import type { Caller } from '../caller.js';
import type { Consent } from '../grant/grant.store.js';
import { authReasons } from '../reasons.js';
import { scopeOf } from '../role/roles.js';
import type { SignedIn } from '../session/session.store.js';
import { readIssue } from '../token/sign-in.js';
import type { Visit } from '../web/visit.js';
import { apiResource } from './api-resource.js';
import { hasSignedInSince } from './sign-in-before.js';
import { grantablePermissions, OPENID_SCOPES, permissionsIn } from './scopes.js';

/** What the library waits for somebody to do. */
export type Details = Awaited<ReturnType<Provider['interactionDetails']>>;

/** Why a sign-in that there is does not do: the client wants another one. */
const AGAIN: ReadonlySet<string> = new Set([
  'login_prompt',
  'max_age',
  'id_token_hint',
  'claims_id_token_sub_value',
]);

/**
 * Why somebody is asked for all of it: the client wants that, or is an app on a device, in whose name any other one there
 * may come (RFC 8252, section 8.6).
 */
const ALL_OF_IT: ReadonlySet<string> = new Set(['consent_prompt', 'native_client_prompt']);

/** What a client asks a person for, as far as they hold it. */
export interface Asked {
  readonly permissions: readonly Permission[];
  readonly scopes: readonly string[];
  /** What they do not hold: nobody can give that. */
  readonly withheld: readonly string[];
}

/** Whether a client wants another sign-in than one that there is. */
export function wantsNew({ prompt }: Details): boolean {
  return prompt.reasons.some((reason) => AGAIN.has(reason));
}

/**
 * Whether a sign-in answers what the client asks for: one that was there before does, unless a new one is wanted.
 *
 * @param signedIn who is signed in at this look at the page; undefined for nobody
 * @throws AppError DATABASE_UNAVAILABLE
 */
export async function answers(
  context: AuthContext,
  details: Details,
  signedIn: SignedIn | undefined,
): Promise<boolean> {
  return !wantsNew(details) || hasSignedInSince(context, details.uid, signedIn);
}

/** What the library is told of a sign-in. Its session stands on ours, see session-adapter.ts. */
export function loginResult({ accountId, sessionId, beganAt }: SignedIn): InteractionResults {
  return { login: { accountId, ts: beganAt, remember: true, sessionId } };
}

/**
 * What a person is asked for: what they have not consented to yet, or all that their consent is for.
 *
 * @throws AppError ACCOUNT_UNKNOWN
 */
export async function askedOf(context: AuthContext, details: Details, accountId: string): Promise<Asked> {
  const names = namesOf(details, apiResource(context.issuer));
  const asked = permissionsIn(names.join(' '));
  const account = await context.accounts.find(context.database.sql, accountId);
  if (!account) throw authReasons.ACCOUNT_UNKNOWN();
  const held = scopeOf(account.roles).split(' ');
  return {
    permissions: asked.flatMap((name) => (held.includes(name) ? [grantablePermissions.get(name)!] : [])),
    scopes: OPENID_SCOPES.filter((scope) => names.includes(scope)),
    withheld: asked.filter((name) => !held.includes(name)),
  };
}

function namesOf({ prompt, params }: Details, resource: string): readonly string[] {
  if (prompt.reasons.some((reason) => ALL_OF_IT.has(reason))) return String(params['scope'] ?? '').split(' ');
  const { missingOIDCScope = [], missingResourceScopes = {} } = prompt.details as {
    missingOIDCScope?: string[];
    missingResourceScopes?: Record<string, string[]>;
  };
  return [...missingOIDCScope, ...(missingResourceScopes[resource] ?? [])];
}

/**
 * Writes down what a person has consented to, with what they had before. Whoever is suspended meanwhile consents to
 * nothing, nor does a sign-in that ends meanwhile: what has ended it may have ended the grants of the account as well.
 *
 * @throws AppError ACCOUNT_UNKNOWN, INTERACTION_OVER
 */
export async function consent(
  context: AuthContext,
  clientId: string,
  { accountId, sessionId }: SignedIn,
  asked: Asked,
  { origin }: Caller,
): Promise<InteractionResults> {
  const { database, sessions, grants, audit } = context;
  const grantId = await database.transaction(async (tx) => {
    if (!(await readIssue(context, tx, accountId, clientId))) throw authReasons.ACCOUNT_UNKNOWN();
    if ((await sessions.lockAndJudge(tx, sessionId)) !== 'LIVE') throw authReasons.INTERACTION_OVER();
    const grant = { id: randomUUID(), accountId, clientId, sessionId };
    const before = (await grants.findOf(tx, accountId, clientId))?.consent;
    const id = await grants.consent(tx, grant, merge(before, asked));
    await audit.append(tx, { origin, actor: accountId, target: clientId, outcome: 'OK' });
    return id;
  });
  return { consent: { grantId } };
}

function merge(before: Consent | undefined, { permissions, scopes, withheld }: Asked): Consent {
  const given = [...(before?.permissions ?? []), ...permissions.map(({ name }) => name)];
  return {
    scopes: union(before?.scopes ?? [], scopes),
    permissions: union(given),
    withheld: union(before?.withheld ?? [], withheld).filter((name) => !given.includes(name)),
  };
}

function union(...lists: readonly (readonly string[])[]): string[] {
  return [...new Set(lists.flat())].sort();
}

/** What a person says to a client instead. */
export async function refuseConsent(
  { database, audit }: AuthContext,
  clientId: string,
  accountId: string,
  visit: Visit,
): Promise<InteractionResults> {
  const { origin } = visit.caller('ConsentGrant');
  await audit.append(database.sql, { origin, actor: accountId, target: clientId, outcome: 'CONSENT_DENIED' });
  return { error: 'access_denied', error_description: 'the person did not consent' };
}
