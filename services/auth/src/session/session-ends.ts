import type { OutboxStore, Sql } from '@gatehouse/postgres';
import type { Artifacts } from '../oauth/artifacts.js';
import { clientSignOut } from '../oauth/client-sign-out.js';
import type { SessionRow, SessionStore } from './session.store.js';

/** What the library remembers of the clients that a browser has signed in to, by their IDs. */
type Authorizations = Readonly<Record<string, { readonly sid?: string }>>;

/** What revokes the access tokens of a sign-in that has ended. */
export interface EndedSignIn {
  readonly kind: SessionRow['kind'];
  readonly key: string;
}

/**
 * Ends sign-ins, whatever the cause, in the transaction of the cause. The clients that somebody has signed in to by a
 * session are told of its end once that commits.
 */
export class SessionEnds {
  readonly #sessions: SessionStore;
  readonly #artifacts: Artifacts;
  readonly #outbox: OutboxStore;

  constructor(sessions: SessionStore, artifacts: Artifacts, outbox: OutboxStore) {
    this.#sessions = sessions;
    this.#artifacts = artifacts;
    this.#outbox = outbox;
  }

  /** Ends one session or token family of an account. @returns undefined when it has none of this ID */
  async end(tx: Sql, accountId: string, id: string): Promise<SessionRow | undefined> {
    const ended = await this.#sessions.end(tx, accountId, id);
    if (ended) await this.#tellClients(tx, accountId, [{ kind: ended.kind, key: ended.id }]);
    return ended;
  }

  /**
   * Ends every session and token family of an account, but one if it is named. The account is locked, so that none
   * begins or is used meanwhile.
   *
   * @returns the revocation of each that ended now, for the same transaction
   */
  async endAll(tx: Sql, accountId: string, keptId?: string): Promise<EndedSignIn[]> {
    const ended = await this.#sessions.endAll(tx, accountId, keptId);
    await this.#tellClients(tx, accountId, ended);
    return ended;
  }

  async #tellClients(tx: Sql, accountId: string, ended: readonly EndedSignIn[]): Promise<void> {
    for (const { kind, key: sessionId } of ended) {
      if (kind !== 'session') continue;
      for (const { payload } of await this.#artifacts.ofSession(tx, 'Session', sessionId)) {
        const authorizations = Object.entries((payload['authorizations'] ?? {}) as Authorizations);
        for (const [clientId, { sid }] of authorizations)
          await this.#outbox.append(tx, clientSignOut(sessionId, { clientId, accountId, sid }));
      }
    }
  }
}
