import type Provider from 'oidc-provider';
import { errors, type Client, type KoaContextWithOIDC } from 'oidc-provider';
import type { Actor, Claims } from '@gatehouse/tokens';
import type { AuthContext } from '../auth-context.js';
import { apiResource } from './api-resource.js';
import { tokenTypeOf } from '../token/sign-in.js';
import { issueGrantToken } from './issue-grant-token.js';
import { telling } from './oauth-fault.js';
import { permissionsIn } from './scopes.js';
import { shownProof } from './shown-proof.js';
import { currentVisit } from './visit-context.js';

const GRANT_TYPE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';

const PARAMETERS = [
  'subject_token',
  'subject_token_type',
  'requested_token_type',
  'actor_token',
  'actor_token_type',
  'audience',
  'resource',
  'scope',
];

/** How many clients may act for one another: each makes the access token longer. */
const MAX_ACTORS = 4;

/**
 * Adds token exchange (RFC 8693): a client that was shown an access token gets one of its own for it, which may do no
 * more, lives no longer, descends from the same grant and names who acts. What a person did not let any client do
 * cannot be exchanged; what is bound to a key, by nobody who does not prove to have that one (RFC 9449), and stays bound.
 */
export function registerTokenExchange(provider: Provider, context: AuthContext): void {
  const handler = async (ctx: KoaContextWithOIDC) => {
    ctx.body = await telling(() => exchange(context, ctx));
  };
  provider.registerGrantType(GRANT_TYPE, handler as never, PARAMETERS, ['audience', 'resource']);
}

async function exchange(context: AuthContext, ctx: KoaContextWithOIDC): Promise<object> {
  const params = (ctx.oidc.params ?? {}) as Readonly<Record<string, string | undefined>>;
  const { client } = ctx.oidc;
  if (!client) throw new errors.InvalidClient('client is required', 'no client');
  checkParameters(params, context);
  const subject = await subjectOf(context, params['subject_token'] ?? '');
  const boundTo = await provenKey(context, ctx, client, subject);
  const held = [...subject.scope];
  const wanted = params['scope'] === undefined ? held : params['scope'].split(' ');
  const excess = wanted.filter((name) => !held.includes(name));
  if (excess.length > 0) throw new errors.InvalidScope('subject_token has less', excess.join(' '));
  const request = {
    grantId: subject.sessionId ?? '',
    accountId: subject.subject,
    clientId: client.clientId,
    permissions: permissionsIn(wanted.join(' ')),
    authTime: subject.authTime,
    actor: actorOf(client.clientId, subject),
    endsAt: subject.expiresAt,
    ...(boundTo !== undefined && { boundTo }),
  };
  const issued = await issueGrantToken(context, request, currentVisit().caller('ExchangeToken'));
  if (!issued) throw new errors.InvalidGrant('grant is over');
  return {
    access_token: issued.accessToken,
    issued_token_type: ACCESS_TOKEN,
    token_type: tokenTypeOf(boundTo),
    expires_in: issued.expiresIn,
    scope: issued.scope,
  };
}

function checkParameters(
  params: Readonly<Record<string, unknown>>,
  { issuer, apiAudience }: AuthContext,
): void {
  const { subject_token: token, subject_token_type: type, requested_token_type: requested } = params;
  if (typeof token !== 'string' || type !== ACCESS_TOKEN)
    throw new errors.InvalidRequest('subject_token must be an access token');
  if (requested !== undefined && requested !== ACCESS_TOKEN)
    throw new errors.InvalidRequest('requested_token_type must be an access token');
  if (params['actor_token'] !== undefined || params['actor_token_type'] !== undefined)
    throw new errors.InvalidRequest('who acts is the client that asks: actor_token is not taken');
  const targets = [params['resource'], params['audience']].flat().filter((target) => target !== undefined);
  if (targets.some((target) => target !== apiResource(issuer) && target !== apiAudience))
    throw new errors.InvalidTarget();
}

/** What a person has let a client do: not what they hold themselves, and not what a client does in its own name. */
async function subjectOf(context: AuthContext, text: string): Promise<Claims> {
  const { issuedTokens, descent, database, apiAudience } = context;
  const claims = await issuedTokens.read(text, [apiAudience]);
  const isGood = claims?.credential === 'grant' && (await descent.isGood(database.sql, claims));
  if (!claims || !isGood) throw new errors.InvalidGrant('subject_token is not accepted');
  return claims;
}

/** The thumbprint of the key that the client proves to have; undefined where it proves nothing and need not. */
async function provenKey(
  { usedProofs, database }: AuthContext,
  ctx: KoaContextWithOIDC,
  client: Client,
  { boundTo }: Claims,
): Promise<string | undefined> {
  const proof = shownProof(ctx);
  if (client.dpopBoundAccessTokens && !proof) throw new errors.InvalidGrant('client has to send a proof');
  if (boundTo !== undefined && proof?.thumbprint !== boundTo)
    throw new errors.InvalidGrant('subject_token is bound to another key');
  if (proof && !(await usedProofs.use(database.sql, proof.id)))
    throw new errors.InvalidDpopProof('proof was used before');
  return proof?.thumbprint;
}

function actorOf(clientId: string, { actor, clientId: from }: Claims): Actor {
  const chain: Actor = { sub: clientId, act: actor ?? { sub: from } };
  let length = 0;
  for (let one: Actor | undefined = chain; one; one = one.act) length++;
  if (length > MAX_ACTORS) throw new errors.InvalidGrant('too many clients act for one another');
  return chain;
}
