import Provider, { errors, type AccessToken, type ClientCredentials } from 'oidc-provider';
import type { TokenSet } from '@gatehouse/contracts/auth';
import type { AuthContext } from '../auth-context.js';
import { issueClientToken } from './issue-client-token.js';
import { decideGrantToken, issueGrantToken, type GrantTokenRequest } from './issue-grant-token.js';
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
 * with its transaction, its claims and its signature. What is good at the userinfo endpoint alone stays the library's text,
 * and is decided and audited as the others are: by it people sign in to clients that ask for nothing else.
 */
export function issueByOurselves(provider: Provider, context: AuthContext): void {
  const caller = () => currentVisit().caller('IssueGrantToken');
  override(
    provider.AccessToken,
    (model) => issueGrantToken(context, grantRequest(model as AccessToken & Model), caller()),
    (model) => decideGrantToken(context, grantRequest(model as AccessToken & Model), caller()),
  );
  override(provider.ClientCredentials, (model) => clientToken(context, model));
}

/** @param admit decides about what the library issues; undefined where it issues nothing */
function override(
  { prototype }: { readonly prototype: object },
  issue: (model: Model) => Promise<TokenSet | undefined>,
  admit: (model: Model) => Promise<object | undefined> = () => Promise.resolve(undefined),
): void {
  const model = prototype as { getValueAndPayload(this: Model): Promise<Formatted> };
  const stored = model.getValueAndPayload;
  model.getValueAndPayload = async function () {
    if (this.format !== 'jwt') {
      if (!(await telling(() => admit(this)))) throw new errors.InvalidGrant('grant is over');
      return stored.call(this);
    }
    const issued = await telling(() => issue(this));
    if (!issued) throw new errors.InvalidGrant('grant is over');
    // What the answer says of it.
    this.expiresIn = issued.expiresIn;
    this.scope = issued.scope === '' ? undefined : issued.scope;
    return { value: issued.accessToken };
  };
}

function grantRequest(model: AccessToken & Model): GrantTokenRequest {
  const { entities } = currentContext().oidc;
  const source = entities.AuthorizationCode ?? entities.RefreshToken ?? entities.DeviceCode;
  const { grantId = '', accountId, clientId = '', scope, jkt: boundTo } = model;
  const permissions = permissionsIn(scope);
  const authTime = source?.authTime;
  return {
    ...{ grantId, accountId, clientId, permissions, authTime },
    ...(boundTo !== undefined && { boundTo }),
  };
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
