import type { LiveSet, Member } from '@gatehouse/live-set';
import type { Connection } from './connection.js';
import type { Pending } from './statement.js';
import type { ConnectionWait } from './telemetry/connection-wait.js';

/** One that waits for a connection, until it has one or does not want it any more. */
export class Waiter {
  private place: Member | undefined;

  /** @param take called with its connection, once it does not wait any more */
  constructor(
    readonly pending: Pending,
    readonly take: (connection: Connection) => void,
    private readonly wait: ConnectionWait,
  ) {}

  get isWaiting(): boolean {
    return this.place !== undefined;
  }

  enter(waiters: LiveSet<Waiter>): void {
    this.place = waiters.add(this);
  }

  /** None was free. Called where the caller's context is active. */
  lasts(): void {
    this.wait.lasts();
  }

  /** Does nothing when it does not wait. */
  leave(): void {
    if (this.place === undefined) return;
    this.place.leave();
    this.place = undefined;
    this.wait.end();
  }
}
