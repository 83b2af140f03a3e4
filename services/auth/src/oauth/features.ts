import { errors, type Client, type Configuration, type KoaContextWithOIDC } from 'oidc-provider';
import type { AuthContext } from '../auth-context.js';
import { ACCESS_TOKEN_SECONDS } from '../config.js';
import { deviceCodePage, deviceConfirmPage, deviceDonePage } from '../pages/device-pages.js';
import { logoutPage, signedOutPage } from '../pages/logout-pages.js';
import { apiResource } from './api-resource.js';
import { permissionsIn } from './scopes.js';

/** What of the protocol is on. */
export function features(context: AuthContext): NonNullable<Configuration['features']> {
  return {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    deviceFlow: {
      enabled: true,
      charset: 'base-20',
      mask: '****-****',
      // Whoever shows a code is known by its client; more would be kept for nothing.
      deviceInfo: () => ({}),
      userCodeInputSource: deviceCodePage,
      userCodeConfirmSource: deviceConfirmPage,
      successSource: deviceDonePage,
    },
    dPoP: { enabled: true },
    introspection: { enabled: true, allowedPolicy: ofItsOwn },
    revocation: { enabled: true, allowedPolicy: ofItsOwn },
    pushedAuthorizationRequests: { enabled: true, requirePushedAuthorizationRequests: false },
    resourceIndicators: {
      enabled: true,
      // Who asks for permissions asks for the API; who asks for who somebody is does not.
      defaultResource: (ctx, _client, oneOf) => oneOf ?? defaultResource(context, ctx),
      useGrantedResource: () => true,
      getResourceServerInfo: (ctx, resource, client) => {
        if (resource !== apiResource(context.issuer)) throw new errors.InvalidTarget();
        return {
          scope: scopeOf(ctx, client),
          audience: context.apiAudience,
          accessTokenFormat: 'jwt',
          accessTokenTTL: ACCESS_TOKEN_SECONDS,
        };
      },
    },
    rpInitiatedLogout: { enabled: true, logoutSource: logoutPage, postLogoutSuccessSource: signedOutPage },
    backchannelLogout: { enabled: true },
    userinfo: { enabled: true },
    externalSigningSupport: { enabled: true, ack: 'experimental-01' },
  };
}

/** A client hears of what it was issued, and of nobody else's. */
function ofItsOwn(_ctx: KoaContextWithOIDC, client: Client, token: { readonly clientId?: string }): boolean {
  return token.clientId === client.clientId;
}

function defaultResource({ issuer }: AuthContext, { oidc }: KoaContextWithOIDC): string | undefined {
  const { params } = oidc;
  const asksForPermissions = permissionsIn(String(params?.['scope'] ?? '')).length > 0;
  return asksForPermissions || isOwn(params) ? apiResource(issuer) : undefined;
}

/** What a client may ask for: of people, or in its own name. */
function scopeOf({ oidc }: KoaContextWithOIDC, client: Client): string {
  return (client[isOwn(oidc.params) ? 'may_do' : 'may_ask'] as readonly string[]).join(' ');
}

/** Whether a client asks in its own name. */
function isOwn(params: KoaContextWithOIDC['oidc']['params']): boolean {
  return params?.['grant_type'] === 'client_credentials';
}
