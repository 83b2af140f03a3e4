import { status, type ChannelCredentials } from '@grpc/grpc-js';
import { contract } from '@gatehouse/contracts';
import { AccountServiceClient } from '@gatehouse/contracts/auth';
import { AppError, platformReasons } from '@gatehouse/errors';
import { callUnary, openClient, type Call } from '@gatehouse/grpc';
import type { ServiceIdentity } from '@gatehouse/guard';

/** How the accounts of auth are reached. */
export interface AccountsOptions {
  /** Where auth answers: `host:port`. */
  readonly address: string;
  /** How auth is reached; in the clear unless given. */
  readonly channel?: ChannelCredentials;
  /** Whose name the service asks in. */
  readonly identity: ServiceIdentity;
  /** Bound on each call to auth, in milliseconds. */
  readonly timeoutMs: number;
}

/** How long a caller does well to wait before trying again. */
const RETRY_AFTER_MS = 1_000;

/** What auth decided itself and the caller is to hear as it is. */
const DECISIONS = new Set([status.FAILED_PRECONDITION, status.ABORTED]);

/** What may pass: auth is away, too busy, or does not know this service's secret or access token (yet). */
const OUTAGES = new Set([
  status.UNAVAILABLE,
  status.DEADLINE_EXCEEDED,
  status.RESOURCE_EXHAUSTED,
  status.CANCELLED,
  status.UNAUTHENTICATED,
]);

/** The accounts behind the people of the directory. They belong to auth, which is asked in the service's own name. */
export class Accounts {
  readonly #options: AccountsOptions;
  readonly #accounts: AccountServiceClient;

  constructor(options: AccountsOptions) {
    this.#options = options;
    this.#accounts = openClient(AccountServiceClient, options.address, contract, options.channel);
  }

  /**
   * Erases an account, here meaning everywhere. One that is gone already is no error.
   *
   * @param requestedBy the subject at whose word it happens
   * @throws AppError auth's own refusal, such as that of the last admin;
   *   PEER_UNAVAILABLE when auth does not answer, with nothing changed or all of it
   */
  async erase(subject: string, requestedBy: string, call: Call): Promise<void> {
    try {
      await this.#eraseOnce(subject, requestedBy, call);
    } catch (error) {
      throw asOurs(error);
    }
  }

  close(): void {
    this.#accounts.close();
  }

  /** An access token that auth no longer accepts, its key revoked say, is replaced once. */
  async #eraseOnce(subject: string, requestedBy: string, call: Call): Promise<void> {
    const { identity } = this.#options;
    const accessToken = await identity.accessToken();
    try {
      await this.#send(subject, requestedBy, accessToken, call);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== status.UNAUTHENTICATED) throw error;
      identity.drop(accessToken);
      await this.#send(subject, requestedBy, await identity.accessToken(), call);
    }
  }

  async #send(subject: string, requestedBy: string, accessToken: string, call: Call): Promise<void> {
    const { traceId, requestId, deadline: within } = call;
    const { timeoutMs } = this.#options;
    const erase = this.#accounts.eraseAccount.bind(this.#accounts);
    await callUnary(erase, { subject, requestedBy }, { timeoutMs, within, accessToken, traceId, requestId });
  }
}

/** The caller is not to blame for how this service and auth get on: UNAUTHENTICATED is never passed on. */
function asOurs(error: unknown): unknown {
  if (!(error instanceof AppError) || DECISIONS.has(error.code)) return error;
  if (OUTAGES.has(error.code))
    return platformReasons.PEER_UNAVAILABLE({ cause: error, retryAfterMs: RETRY_AFTER_MS });
  return platformReasons.INTERNAL({ cause: error });
}
