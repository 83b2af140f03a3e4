import { createHash, createHmac } from 'node:crypto';
import type { Database, Sql } from '@gatehouse/postgres';
import type { BrowserSession } from '../session/end-current-session.js';
import { deriveKey, Sealing } from '../signing-key/sealing.js';
import { ArtifactStore, type FoundArtifact } from './artifact.store.js';

/** The payload of an artifact, as oidc-provider has it. */
export type Payload = Readonly<Record<string, unknown>>;

/** What an artifact is kept with. */
export interface Keeping {
  readonly lifetimeSeconds: number;
  /** What it descends from. */
  readonly grantId?: string;
  /** The session that it stands on. */
  readonly sessionId?: string;
  /** Another name that it is found by. */
  readonly otherName?: string;
}

/** An artifact that was found. */
export interface Artifact {
  readonly payload: Payload;
  readonly hasSession: boolean;
  readonly hasOtherName: boolean;
  /** When it was used up, in seconds since the epoch. */
  readonly consumedAt: number | undefined;
}

/**
 * Codes, refresh tokens, requests, interactions and browsers, shared by the replicas. The database knows none of the
 * secrets that name them, and none of what is in them: names are hashes, and payloads are sealed for their names. What is
 * short enough to be guessed from its hash, such as the code of a device, is an HMAC.
 */
export class Artifacts {
  readonly store = new ArtifactStore();
  readonly #database: Database;
  readonly #sealing: Sealing;
  readonly #key: Buffer;

  /**
   * @param secret the same in every replica
   * @param previous the secret before it, which still opens payloads; other names are not found by it
   */
  constructor(database: Database, secret: Uint8Array, previous?: Uint8Array) {
    const sealingKey = (from: Uint8Array) => deriveKey(from, 'gatehouse oauth artifacts');
    this.#database = database;
    this.#sealing = new Sealing(sealingKey(secret), previous && sealingKey(previous));
    this.#key = deriveKey(secret, 'gatehouse oauth names');
  }

  async put(kind: string, name: string, payload: Payload, keeping: Keeping): Promise<void> {
    await this.store.put(this.#database.sql, this.#row(kind, name, payload, keeping));
  }

  /** Keeps what must be the first of its name. @returns whether it is */
  putOnce(kind: string, name: string, lifetimeSeconds: number, payload: Payload = {}): Promise<boolean> {
    return this.store.putOnce(this.#database.sql, this.#row(kind, name, payload, { lifetimeSeconds }));
  }

  async find(kind: string, name: string): Promise<Artifact | undefined> {
    const row = await this.store.find(this.#database.sql, kind, this.#hash(kind, name));
    return row && this.#open(row);
  }

  async findByOther(kind: string, otherName: string): Promise<Artifact | undefined> {
    const row = await this.store.findByOther(this.#database.sql, kind, this.#otherHash(kind, otherName));
    return row && this.#open(row);
  }

  /** Those of a kind that stand on one of these sessions, also when that is over. */
  async ofSessions(
    sql: Sql,
    kind: string,
    sessionIds: readonly string[],
  ): Promise<(Artifact & { readonly sessionId: string })[]> {
    const rows = await this.store.listOfSessions(sql, kind, sessionIds);
    return rows.map((row) => ({ ...this.#open(row), sessionId: row.sessionId }));
  }

  /** Whether an artifact was there before the person of a session signed in. */
  isOlder(kind: string, name: string, sessionId: string): Promise<boolean> {
    return this.store.isOlder(this.#database.sql, this.#hash(kind, name), sessionId);
  }

  /** The session of ours that an artifact stands on, and whose it is; also when that is over. */
  sessionOf(kind: string, name: string): Promise<BrowserSession | undefined> {
    return this.store.sessionOf(this.#database.sql, this.#hash(kind, name));
  }

  /** Has what stands on a session stand on another one from now on, if both are of the same account. */
  moveToSession(tx: Sql, fromId: string, toId: string): Promise<void> {
    return this.store.moveToSession(tx, fromId, toId);
  }

  /** Has what was not used up be good for longer. @returns whether it is still there */
  goOn(kind: string, name: string, payload: Payload, lifetimeSeconds: number): Promise<boolean> {
    return this.store.goOn(this.#database.sql, this.#row(kind, name, payload, { lifetimeSeconds }));
  }

  /** Whether it is time for whoever waits for what becomes of an artifact to ask again. */
  poll(kind: string, name: string): Promise<boolean> {
    return this.store.poll(this.#database.sql, this.#hash(kind, name));
  }

  /** Uses up what is good once. @returns whether it was not used up before */
  consume(kind: string, name: string): Promise<boolean> {
    return this.store.consume(this.#database.sql, this.#hash(kind, name));
  }

  async delete(kind: string, name: string): Promise<void> {
    await this.store.delete(this.#database.sql, this.#hash(kind, name));
  }

  /** Nothing is found by this other name any more. */
  async forgetOther(kind: string, otherName: string): Promise<void> {
    await this.store.forgetOther(this.#database.sql, kind, this.#otherHash(kind, otherName));
  }

  /** The grant that an artifact descends from. */
  grantOf(kind: string, name: string): Promise<string | undefined> {
    return this.store.grantOf(this.#database.sql, this.#hash(kind, name));
  }

  #row(kind: string, name: string, payload: Payload, keeping: Keeping) {
    const hash = this.#hash(kind, name);
    const { grantId = null, sessionId = null, otherName, lifetimeSeconds } = keeping;
    return {
      hash,
      kind,
      payload: this.#sealing.seal(Buffer.from(JSON.stringify(payload)), hash.toString('hex')),
      grantId,
      sessionId,
      otherHash: otherName === undefined ? null : this.#otherHash(kind, otherName),
      lifetimeSeconds,
    };
  }

  #open({ hash, payload, hasSession, hasOtherName, consumedAt }: FoundArtifact): Artifact {
    const text = this.#sealing.open(payload, hash.toString('hex')).toString();
    return {
      payload: JSON.parse(text) as Payload,
      hasSession,
      hasOtherName,
      consumedAt: consumedAt ?? undefined,
    };
  }

  #hash(kind: string, name: string): Buffer {
    return createHash('sha256').update(`${kind}\0${name}`).digest();
  }

  #otherHash(kind: string, otherName: string): Buffer {
    return createHmac('sha256', this.#key).update(`${kind}\0${otherName}`).digest();
  }
}
