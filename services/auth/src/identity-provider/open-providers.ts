import { Breaker } from '../outbound/breaker.js';
import { outboundFetch } from '../outbound/outbound-fetch.js';
import { GithubProvider } from './github-provider.js';
import type { IdentityProvider } from './identity-provider.js';
import { OidcProvider } from './oidc-provider.js';
import type { ProviderSettings } from './provider-settings.js';

const GOOGLE_SCOPES = ['openid', 'email', 'profile'];

/**
 * The providers of the settings, by name, in their order. None is asked for anything yet: one that is away keeps
 * nothing from starting.
 *
 * @param reachesPrivate whether they may be on the own machine and its networks; in development alone
 */
export function openProviders(
  settings: readonly ProviderSettings[],
  reachesPrivate: boolean,
): ReadonlyMap<string, IdentityProvider> {
  return new Map(settings.map((one) => [one.name, open(one, reachesPrivate)]));
}

function open(settings: ProviderSettings, reachesPrivate: boolean): IdentityProvider {
  const { name, clientId, clientSecretFile: clientSecret, emailDomains } = settings;
  const displayName = settings.displayName ?? name;
  // Each has a breaker and connections of its own: one that hangs holds up no other.
  const { fetch } = new Breaker({ fetch: outboundFetch({ reachesPrivate }) });
  const shared = { name, displayName, clientId, clientSecret, emailDomains, fetch };
  switch (settings.kind) {
    case 'github':
      return new GithubProvider({ ...shared, url: settings.url, apiUrl: settings.apiUrl });
    case 'google':
      return new OidcProvider({
        ...shared,
        issuer: settings.issuer,
        scopes: GOOGLE_SCOPES,
        vouchesForHostedDomain: true,
        asksAnew: false,
      });
    case 'oidc':
      return new OidcProvider({
        ...shared,
        issuer: settings.issuer,
        scopes: settings.scopes,
        vouchesForHostedDomain: false,
        asksAnew: true,
      });
  }
}
