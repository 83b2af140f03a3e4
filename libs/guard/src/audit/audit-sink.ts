import { credentials, status } from '@grpc/grpc-js';
import { contract } from '@gatehouse/contracts';
import { AuditServiceClient, type AuditEvent } from '@gatehouse/contracts/auth';
import { AppError } from '@gatehouse/errors';
import { callUnary, openClient } from '@gatehouse/grpc';
import type { ServiceIdentity } from '../service-identity.js';

/** Bound on one call, in milliseconds. */
const TIMEOUT_MS = 5_000;

/** Auth, as the keeper of the audit trail. */
export class AuditSink {
  readonly #client: AuditServiceClient;

  /** @param address of auth: `host:port` */
  constructor(
    address: string,
    private readonly identity: ServiceIdentity,
    channel = credentials.createInsecure(),
  ) {
    this.#client = openClient(AuditServiceClient, address, contract, channel);
  }

  /**
   * Hands events over, 100 at most. Those that auth has already stay as they are. An access token that auth does
   * not accept any more is replaced once.
   *
   * @throws AppError auth's own answer; UNAVAILABLE or DEADLINE_EXCEEDED when it does not answer
   */
  async send(auditEvents: AuditEvent[]): Promise<void> {
    const accessToken = await this.identity.accessToken();
    try {
      await this.#record(auditEvents, accessToken);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== status.UNAUTHENTICATED) throw error;
      this.identity.drop(accessToken);
      await this.#record(auditEvents, await this.identity.accessToken());
    }
  }

  close(): void {
    this.#client.close();
  }

  async #record(auditEvents: AuditEvent[], accessToken: string): Promise<void> {
    const record = this.#client.recordAuditEvents.bind(this.#client);
    await callUnary(record, { auditEvents }, { timeoutMs: TIMEOUT_MS, accessToken });
  }
}
