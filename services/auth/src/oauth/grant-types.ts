import Provider, { errors, type Client } from 'oidc-provider';

/** What the device authorization endpoint is about. */
const DEVICE_CODE = 'urn:ietf:params:oauth:grant-type:device_code';

/**
 * Has a client that asks for a grant type that it is not registered for be told so by the error that is for it, which is
 * `unauthorized_client` (RFC 6749, section 5.2; RFC 8628, section 3.2). The library says `invalid_request`.
 */
export function refuseOtherGrantTypes({ Client: { prototype } }: Provider): void {
  const isRegistered = prototype.grantTypeAllowed;
  prototype.grantTypeAllowed = function (this: Client, type: string) {
    const isAllowed = isRegistered.call(this, type);
    if (!isAllowed && type === askedFor()) throw new errors.UnauthorizedClient();
    return isAllowed;
  };
}

/** The grant type that the request at hand is about; undefined for one about none. */
function askedFor(): unknown {
  const { route, params } = Provider.ctx?.oidc ?? {};
  if (route === 'device_authorization') return DEVICE_CODE;
  return route === 'token' ? params?.['grant_type'] : undefined;
}
