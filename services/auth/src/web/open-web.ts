import type { AuthContext } from '../auth-context.js';
import type { AuthSettings } from '../config.js';
import type { OauthProviders } from '../oauth/providers.js';
import { protocolRoutes } from '../oauth/protocol-routes.js';
import { accountRoutes } from '../pages/account.routes.js';
import { appsRoutes } from '../pages/apps.routes.js';
import { identitiesRoutes } from '../pages/identities.routes.js';
import { interactionRoutes } from '../pages/interaction.routes.js';
import { linkRoutes } from '../pages/link.routes.js';
import { loginRoutes } from '../pages/login.routes.js';
import { providerLoginRoutes } from '../pages/provider-login.routes.js';
import { styleRoute } from '../pages/style.js';
import { verifyAddressRoutes } from '../pages/verify-address.routes.js';
import { WebRoutes } from './routes.js';
import { startWeb, type RunningWeb, type WebOptions } from './web-server.js';

/** What {@link openWeb} works with besides the context. */
export type WebSurroundings = Pick<WebOptions, 'transport' | 'gate' | 'log'> & {
  readonly providers: OauthProviders;
};

/**
 * Opens the port of browsers and OAuth clients, where there is to be one.
 *
 * @throws Error when it is taken
 */
export async function openWeb(
  context: AuthContext,
  settings: AuthSettings,
  { providers, ...shared }: WebSurroundings,
): Promise<RunningWeb | undefined> {
  const { HTTP_PORT: port, HOST: host } = settings;
  if (port === undefined) return undefined;
  return startWeb({
    ...shared,
    routes: new WebRoutes([
      styleRoute,
      ...loginRoutes(context),
      ...accountRoutes(context),
      ...providerLoginRoutes(context),
      ...linkRoutes(context),
      ...identitiesRoutes(context),
      ...verifyAddressRoutes(context),
      ...appsRoutes(context),
      ...interactionRoutes(context, providers),
      ...protocolRoutes(providers),
    ]),
    host,
    port,
    trustedProxies: settings.TRUSTED_PROXIES,
    drainTimeoutMs: settings.DRAIN_TIMEOUT_MS,
  });
}
