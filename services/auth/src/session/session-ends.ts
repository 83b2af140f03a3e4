import type { OutboxStore, Sql } from '@gatehouse/postgres';
import type { Artifacts } from '../oauth/artifacts.js';
import { clientSignOut } from '../oauth/client-sign-out.js';
import type { SessionRow, SessionStore } from './session.store.js';

/** Sessions whose clients are looked for by one statement, far below the statement timeout. */
const BATCH = 1_000;

/** What the library remembers of the clients that a browser has signed in to, by their IDs. */
type Authorizations = Readonly<Record<string, { readonly sid?: string }>>;

/** What became of all sign-ins of an account. */
export interface EndedSignIns {
  /** How many ended now. */
  readonly count: number;
  /** What revokes their access tokens, where there may be any; for the same transaction. */
  readonly revocations: readonly { readonly kind: SessionRow['kind']; readonly key: string }[];
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
    if (ended?.kind === 'session') await this.#tellClients(tx, accountId, [ended.id]);
    return ended;
  }

  /**
   * Ends a session of an account whose place another one of the browser takes. What stands on it stands on that one from
   * now on, if that is live and of the same account; the clients of what does not are told.
   *
   * @returns undefined when it was over: nothing stands on it any more
   */
  async replace(
    tx: Sql,
    accountId: string,
    id: string,
    successorId: string,
  ): Promise<SessionRow | undefined> {
    const ended = await this.#sessions.end(tx, accountId, id);
    if (!ended) return undefined;
    if ((await this.#sessions.lockAndJudge(tx, successorId)) === 'LIVE')
      await this.#artifacts.moveToSession(tx, id, successorId);
    await this.#tellClients(tx, accountId, [id]);
    return ended;
  }

  /**
   * Ends every session and token family of an account, but one if it is named. The account is locked, so that none
   * begins or is used meanwhile.
   */
  async endAll(tx: Sql, accountId: string, keptId?: string): Promise<EndedSignIns> {
    const ended = await this.#sessions.endAll(tx, accountId, keptId);
    const sessionIds = ended.flatMap(({ kind, key }) => (kind === 'session' ? [key] : []));
    for (let at = 0; at < sessionIds.length; at += BATCH)
      await this.#tellClients(tx, accountId, sessionIds.slice(at, at + BATCH));
    const revocations = ended.flatMap(({ kind, key, isRecent }) => (isRecent ? [{ kind, key }] : []));
    return { count: ended.length, revocations };
  }

  async #tellClients(tx: Sql, accountId: string, sessionIds: readonly string[]): Promise<void> {
    const artifacts = await this.#artifacts.ofSessions(tx, 'Session', sessionIds);
    const events = artifacts.flatMap(({ payload, sessionId }) => {
      const authorizations = Object.entries((payload['authorizations'] ?? {}) as Authorizations);
      return authorizations.map(([clientId, { sid }]) =>
        clientSignOut(sessionId, { clientId, accountId, sid }),
      );
    });
    await this.#outbox.appendAll(tx, events);
  }
}
