import Provider from 'oidc-provider';
import type { AuthContext } from '../auth-context.js';
import { clientSignOut } from './client-sign-out.js';

/** What of a client is not in the types of the library. */
export interface Told {
  readonly backchannelLogoutUri?: string;
  backchannelLogout(accountId: string | undefined, sid: string | undefined): Promise<void>;
}

/**
 * Has a sign-out at a client told by the outbox, as every other end of a session. The library would tell each client once,
 * while the person waits, and before anything has ended.
 */
export function tellByOutbox({ Client: { prototype } }: Provider, { outbox, database }: AuthContext): void {
  const told = prototype as unknown as Told;
  const tell = told.backchannelLogout;
  told.backchannelLogout = async function (this: Told & { readonly clientId: string }, accountId, sid) {
    const { session, params } = Provider.ctx?.oidc ?? {};
    // Outside of a request the outbox delivers.
    if (!session) return tell.call(this, accountId, sid);
    // Those of a session that ends are told with that.
    if (params?.['logout'] || accountId === undefined) return;
    const { clientId } = this;
    const event = clientSignOut(session.uid, { clientId, accountId, sid });
    await database.transaction((tx) => outbox.appendAll(tx, [event]));
  };
}
