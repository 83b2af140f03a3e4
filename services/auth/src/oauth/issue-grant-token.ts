import type { TokenSet } from '@gatehouse/contracts/auth';
import type { Sql } from '@gatehouse/postgres';
import type { Actor } from '@gatehouse/tokens';
import type { AuthContext } from '../auth-context.js';
import type { Caller } from '../caller.js';
import { readIssue, toTokenSet, type DecidedSignIn } from '../token/sign-in.js';

/** What a client asks for in a person's name. */
export interface GrantTokenRequest {
  readonly grantId: string;
  /** Whose grant the library holds it to be. */
  readonly accountId: string;
  /** Who asks: the client of the grant, or one that was handed something of it. */
  readonly clientId: string;
  /** Of what was consented to, what is asked for now. */
  readonly permissions: readonly string[];
  /** When the person proved who they are, in seconds since the epoch. */
  readonly authTime: number | undefined;
  /** Who acts for the person, where it is not the client that they let. */
  readonly actor?: Actor;
  /** The thumbprint of the key that whoever asks has proven to have. */
  readonly boundTo?: string;
  /** When what it descends from ends, in seconds since the epoch. */
  readonly endsAt?: number;
}

/** Why nothing is issued; for the log and the audit trail alone. */
type Refusal = 'ACCOUNT_CLOSED' | 'CLIENT_DISABLED' | 'GRANT_OVER';

/**
 * Issues an access token that descends from a grant, as every other one is issued: in one transaction that holds the
 * account, the client and the grant. It is cut down to what was consented to, to what the client may ask for, and to
 * what the person holds at this moment.
 *
 * @returns undefined when the account, the client or the grant is over
 * @throws AppError KEYS_UNAVAILABLE, DATABASE_UNAVAILABLE
 */
export async function issueGrantToken(
  context: AuthContext,
  request: GrantTokenRequest,
  caller: Caller,
): Promise<TokenSet | undefined> {
  const decided = await decideGrantToken(context, request, caller);
  return decided && toTokenSet(context, decided);
}

/**
 * Decides whether anything is issued that descends from a grant, with its audit event: whoever signs an access token or
 * gives out one of another kind does so after this.
 *
 * @returns undefined when the account, the client or the grant is over
 * @throws AppError DATABASE_UNAVAILABLE
 */
export async function decideGrantToken(
  context: AuthContext,
  request: GrantTokenRequest,
  caller: Caller,
): Promise<DecidedSignIn | undefined> {
  // A refusal is decided, not thrown: its event has to be committed.
  const decided = await context.database.transaction((tx) => decide(context, tx, request, caller));
  return typeof decided === 'string' ? undefined : decided;
}

async function decide(
  context: AuthContext,
  tx: Sql,
  {
    grantId,
    accountId,
    clientId,
    permissions,
    authTime,
    actor,
    boundTo,
    endsAt = Infinity,
  }: GrantTokenRequest,
  { origin }: Caller,
): Promise<DecidedSignIn | Refusal> {
  const { grants, clients, audit } = context;
  const record = (outcome: string) =>
    audit.append(tx, { origin, actor: clientId, target: accountId, outcome });
  const refuse = async (reason: Refusal) => {
    await record(reason);
    return reason;
  };
  // The account, the client, the grant, as everyone who locks several of them.
  const issue = await readIssue(context, tx, accountId, clientId);
  if (!issue) return refuse('ACCOUNT_CLOSED');
  const client = await clients.lockForIssue(tx, clientId);
  if (!client) return refuse('CLIENT_DISABLED');
  const grant = await grants.lockForIssue(tx, grantId);
  const end = Math.min(endsAt, grant?.endsAt ?? 0);
  if (grant?.accountId !== accountId || end <= issue.facts.issuedAt) return refuse('GRANT_OVER');
  const isOthers = grant.clientId !== clientId;
  await grants.use(tx, grantId, isOthers);
  await record('OK');
  const consented = permissions.filter((name) => grant.consent.permissions.includes(name));
  return {
    ...issue,
    subject: accountId,
    sessionId: grantId,
    credential: 'grant',
    clientId,
    authTime,
    // What is handed on was asked for by another client.
    permissions: isOthers ? consented : consented.filter((name) => client.permissions.includes(name)),
    ...(actor !== undefined && { actor }),
    ...(boundTo !== undefined && { boundTo }),
    endsAt: end,
    refreshToken: '',
  };
}
