/** JSON that survives the way through jsonb. */
export type JsonValue = null | boolean | number | string | JsonValue[] | { [name: string]: JsonValue };

/** Something that happened and that others must hear of. */
export interface NewOutboxEvent {
  /** What happened, such as `account.created`. */
  readonly topic: string;
  /** Events of one key are delivered one after the other in the order they were appended: an account's ID, say. */
  readonly key: string;
  readonly payload: { readonly [name: string]: JsonValue };
}

/** An event on its way out. */
export interface OutboxEvent extends NewOutboxEvent {
  /** Position in the outbox, growing within a key. */
  readonly id: bigint;
  /** The same at every attempt: consumers know a repeated event by it. */
  readonly eventId: string;
  readonly createTime: Date;
  /** 1 at the first attempt. */
  readonly attempt: number;
}

/** Thrown by `deliver` for an event that no further attempt would deliver: it is parked at once. */
export class UndeliverableEvent extends Error {
  override readonly name = 'UndeliverableEvent';
}

/** How much waits to be delivered. */
export interface OutboxBacklog {
  readonly waiting: number;
  /** Given up for good or after too many attempts; each holds back the later events of its key. */
  readonly parked: number;
  /** Age in milliseconds of the oldest event that is not parked; 0 when there is none. */
  readonly oldestAgeMs: number;
}
