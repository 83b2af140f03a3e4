import type Provider from 'oidc-provider';
import { grantablePermissions, OPENID_SCOPES } from './scopes.js';

/** Has the documents of the issuer say what the library does not know of: what no client is registered for, and scopes. */
export function describeIssuer(provider: Provider): void {
  provider.use(async (ctx, next) => {
    await next();
    if (ctx.oidc?.route !== 'discovery') return;
    Object.assign(ctx.body as object, {
      // What else there is needs a script.
      response_modes_supported: ['query'],
      scopes_supported: [...OPENID_SCOPES, ...grantablePermissions.keys()],
    });
  });
}
