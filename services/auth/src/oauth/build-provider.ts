import Provider, { type Configuration, type ExternalSigningKey, type JWK } from 'oidc-provider';
import type { AuthContext } from '../auth-context.js';
import type { NameOf } from './account-claims.js';
import { compareByHashes } from './compare-secret.js';
import { configurationOf } from './configuration.js';
import { describeIssuer } from './describe-issuer.js';
import { onceOnly } from './once-only.js';
import { issueByOurselves } from './own-access-tokens.js';
import { refuseOtherGrantTypes } from './grant-types.js';
import { nameByOwnSectors } from './own-sectors.js';
import { signOutHere } from './sign-out-here.js';
import { slowDown } from './slow-down.js';
import { tellByOutbox } from './tell-by-outbox.js';
import { registerTokenExchange } from './token-exchange.js';
import { watchRequests } from './watch-requests.js';

/**
 * The library as it is used here: set up, and changed in the few places where it does otherwise.
 *
 * @param keys the issuer's keys, the one that signs first
 * @param nameOf asks for the name of a person
 * @param more what is set up in another way
 */
export function buildProvider(
  context: AuthContext,
  keys: readonly (JWK | ExternalSigningKey)[],
  nameOf: NameOf,
  more: Partial<Configuration> = {},
): Provider {
  const provider = new Provider(context.issuer, { ...configurationOf(context, keys, nameOf), ...more });
  // By a header that providers.ts sets: nobody else's gets here.
  provider.proxy = true;
  linkByIssuer(provider);
  compareByHashes(provider);
  nameByOwnSectors(provider);
  refuseOtherGrantTypes(provider);
  onceOnly(provider, context);
  issueByOurselves(provider, context);
  registerTokenExchange(provider, context);
  tellByOutbox(provider, context);
  signOutHere(provider, context);
  watchRequests(provider, context);
  slowDown(provider, context);
  describeIssuer(provider);
  return provider;
}

/** Links are made of the issuer, whatever a request says: it is where the gateways are. */
function linkByIssuer(provider: Provider): void {
  const { request } = provider as unknown as { readonly request: object };
  Object.defineProperty(request, 'href', { get: () => provider.issuer });
}
