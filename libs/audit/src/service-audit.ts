import type { ChannelCredentials } from '@grpc/grpc-js';
import { AuditSink, RefusalRecorder, type OnRefusal, type ServiceIdentity } from '@gatehouse/guard';
import type { Call } from '@gatehouse/grpc';
import type { Database, WarningLog } from '@gatehouse/postgres';
import { AuditDeliverer } from './audit-deliverer.js';
import { AuditTrail } from './audit-trail.js';

/** What {@link ServiceAudit} works with. */
export interface ServiceAuditOptions {
  /** The service's own, with the table `outbox`. */
  readonly database: Database;
  /** Where auth answers: `host:port`. */
  readonly address: string;
  /** How auth is reached; in the clear unless given. */
  readonly channel?: ChannelCredentials;
  /** Whose name the service records in; it must own the permission `audit:record`. */
  readonly identity: ServiceIdentity;
  readonly log: WarningLog;
}

/** All that a service needs to have its actions and refusals in the audit trail. */
export class ServiceAudit {
  readonly trail: AuditTrail;
  /** For the guard. */
  readonly onRefusal: OnRefusal;
  readonly #refusals: RefusalRecorder<Call>;
  readonly #sink: AuditSink;
  readonly #deliverer: AuditDeliverer;

  constructor({ database, address, channel, identity, log }: ServiceAuditOptions) {
    const trail = new AuditTrail(database.sql);
    this.trail = trail;
    this.#refusals = new RefusalRecorder({ record: (call, error) => trail.appendRefusal(call, error), log });
    this.onRefusal = this.#refusals.onRefusal;
    this.#sink = new AuditSink(address, identity, channel);
    this.#deliverer = new AuditDeliverer({ database, send: (events) => this.#sink.send(events), log });
  }

  /** Begins to deliver. Call once. */
  start(): void {
    this.#deliverer.start();
  }

  /** Before the database closes. What is not delivered yet stays in the outbox. Never rejects. */
  async stop(): Promise<void> {
    await this.#refusals.settle();
    await this.#deliverer.stop();
    this.#sink.close();
  }
}
