import type { AuthContext } from '../auth-context.js';
import type { SignedIn } from '../session/session.store.js';
import type { Visit } from '../web/visit.js';
import type { OauthProviders } from './providers.js';

/** What of a client is not in the types of the library. */
interface Told {
  readonly backchannelLogoutUri?: string;
  backchannelLogout(accountId: string, sid: string | undefined): Promise<void>;
}

/** What the library remembers of the clients that a browser has signed in to. */
type Authorizations = Readonly<Record<string, { readonly sid?: string }>>;

/**
 * Tells the clients that a person has signed in to by a session of ours that it is over (OpenID Connect Back-Channel
 * Logout). One that cannot be told does not keep anybody signed in here.
 */
export async function tellClients(
  { artifacts }: AuthContext,
  providers: OauthProviders,
  { accountId, sessionId }: SignedIn,
  { log, requestId }: Visit,
): Promise<void> {
  const tell = async (clientId: string, sid: string | undefined) => {
    try {
      const client = (await providers.current.Client.find(clientId)) as unknown as Told | undefined;
      if (client?.backchannelLogoutUri !== undefined) await client.backchannelLogout(accountId, sid);
    } catch (error) {
      log.warn({ error, client_id: clientId, request_id: requestId }, 'a client was not told of a sign-out');
    }
  };
  const browsers = await artifacts.ofSession('Session', sessionId);
  const authorizations = browsers.flatMap(({ payload }) =>
    Object.entries((payload['authorizations'] ?? {}) as Authorizations),
  );
  await Promise.all(authorizations.map(([clientId, { sid }]) => tell(clientId, sid)));
}
