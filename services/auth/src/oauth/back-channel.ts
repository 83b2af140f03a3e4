import type { OutboxEvent } from '@gatehouse/postgres';
import type { Logger } from '@gatehouse/telemetry';
import type { AuthContext } from '../auth-context.js';
import type { ClientSignOut } from './client-sign-out.js';
import type { OauthProviders } from './providers.js';
import type { Told } from './tell-by-outbox.js';

/** Attempts until a client is left alone: with their waits, some six minutes. */
const ATTEMPTS = 12;

/**
 * Tells a client that somebody is signed in to it no more (OpenID Connect Back-Channel Logout 1.0, section 2.5), if it
 * has said where. One that cannot be told is given up after a while: that is its own loss, and keeps nobody signed in here.
 */
export class BackChannel {
  readonly #context: AuthContext;
  readonly #providers: OauthProviders;
  readonly #log: Logger;

  constructor(context: AuthContext, providers: OauthProviders, log: Logger) {
    this.#context = context;
    this.#providers = providers;
    this.#log = log;
  }

  /** @throws Error when the client does not answer, or not with a success */
  async deliver({ payload, attempt, eventId }: OutboxEvent): Promise<void> {
    const { clientId, accountId, sid } = payload as unknown as ClientSignOut;
    const { Client } = await this.#providers.current();
    const client = (await Client.find(clientId)) as unknown as Told | undefined;
    if (client?.backchannelLogoutUri === undefined) return;
    const { accounts, database } = this.#context;
    // Whoever is erased has no name any more, also not at this client: the session has.
    const isThere = await accounts.find(database.sql, accountId);
    try {
      await client.backchannelLogout(isThere && accountId, sid ?? undefined);
    } catch (error) {
      if (attempt < ATTEMPTS) throw error;
      this.#log.warn(
        { error, client_id: clientId, event_id: eventId },
        'a client was not told of a sign-out',
      );
    }
  }
}
