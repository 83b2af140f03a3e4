import Provider, { errors, type AccessToken, type ClientCredentials } from 'oidc-provider';
import type { TokenSet } from '@gatehouse/contracts/auth';
import type { AuthContext } from '../auth-context.js';
import { issueClientToken } from './issue-client-token.js';
import { issueGrantToken } from './issue-grant-token.js';
import { telling } from './oauth-fault.js';
import { permissionsIn } from './scopes.js';
import { currentContext, currentVisit } from './visit-context.js';

/** A model of the library that is about to become a text. */
type Model = (AccessToken | ClientCredentials) & {
  readonly format?: string;
  /** The thumbprint of the key that a proof has shown. */
  readonly jkt?: string;
  expiresIn?: number;
};

interface Formatted {
  readonly value: string;
  readonly payload?: object;
}

/**
 * Has access tokens issued by ourselves, whatever way the library came to issue one: by the code that issues all others,
 * with its transaction, its claims and its signature. What is good at the userinfo endpoint alone stays the library's.
 */
export function issueByOurselves(provider: Provider, context: AuthContext): void {
  override(provider.AccessToken, (model) => grantToken(context, model as AccessToken & Model));
  override(provider.ClientCredentials, (model) => clientToken(context, model));
}

function override(
  { prototype }: { readonly prototype: object },
  issue: (model: Model) => Promise<TokenSet | undefined>,
): void {
  const model = prototype as { getValueAndPayload(this: Model): Promise<Formatted> };
  const stored = model.getValueAndPayload;
  model.getValueAndPayload = async function () {
    if (this.format !== 'jwt') return stored.call(this);
    const issued = await telling(() => issue(this));
    if (!issued) throw new errors.InvalidGrant('grant is over');
    // What the answer says of it.
    this.expiresIn = issued.expiresIn;
    this.scope = issued.scope === '' ? undefined : issued.scope;
    return { value: issued.accessToken };
  };
}

function grantToken(context: AuthContext, model: AccessToken & Model): Promise<TokenSet | undefined> {
  const { entities } = currentContext().oidc;
  const source = entities.AuthorizationCode ?? entities.RefreshToken ?? entities.DeviceCode;
  const { grantId = '', accountId, clientId = '', scope, jkt: boundTo } = model;
  const permissions = permissionsIn(scope);
  const authTime = source?.authTime;
  const request = {
    ...{ grantId, accountId, clientId, permissions, authTime },
    ...(boundTo !== undefined && { boundTo }),
  };
  return issueGrantToken(context, request, currentVisit().caller('IssueGrantToken'));
}

function clientToken(context: AuthContext, model: Model): Promise<TokenSet | undefined> {
  const { clientId = '', scope, jkt: boundTo } = model;
  requireAll(scope);
  const request = {
    clientId,
    permissions: permissionsIn(scope),
    ...(boundTo !== undefined && { boundTo }),
  };
  return issueClientToken(context, request, currentVisit().caller('IssueClientToken'));
}

/** The library leaves out what a client may not do in its own name. Nobody is there to be told so: it is refused. */
function requireAll(scope = ''): void {
  const asked = String(currentContext().oidc.params?.['scope'] ?? '');
  const missing = asked.split(' ').filter((name) => name !== '' && !scope.split(' ').includes(name));
  if (missing.length > 0) throw new errors.InvalidScope('the client may not do this', missing.join(' '));
}
