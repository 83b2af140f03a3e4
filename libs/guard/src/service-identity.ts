import { credentials } from '@grpc/grpc-js';
import { contract } from '@gatehouse/contracts';
import { TokenServiceClient } from '@gatehouse/contracts/auth';
import { callUnary, openClient } from '@gatehouse/grpc';
import { OwnAccessToken, type HeldAccessToken, type IssuedAccessToken } from './own-access-token.js';

/** How a service proves itself towards auth. */
export interface ServiceIdentityOptions {
  /** Where auth answers: `host:port`. */
  readonly address: string;
  /** The client ID that the service has at auth. */
  readonly clientId: string;
  readonly clientSecret: string;
  /** Bound on each request to auth, in milliseconds. */
  readonly timeoutMs?: number;
}

/** The name under which auth accepts service tokens. */
const AUDIENCE = 'auth';

/** Bound on a request for a service token, in milliseconds, unless given. */
const TIMEOUT_MS = 2_000;

/** Whose name a service speaks in to auth: its own access token, renewed as long as it is needed. */
export class ServiceIdentity {
  readonly #client: TokenServiceClient;
  readonly #own: OwnAccessToken;

  constructor(options: ServiceIdentityOptions, channel = credentials.createInsecure()) {
    this.#client = openClient(TokenServiceClient, options.address, contract, channel);
    this.#own = new OwnAccessToken(() => this.#issue(options));
  }

  /**
   * An access token for auth that is good for a while yet. Callers that need a new one at the same time share
   * one request.
   *
   * @throws AppError auth's own answer, or UNAVAILABLE or DEADLINE_EXCEEDED when it does not answer
   */
  async accessToken(): Promise<string> {
    return (await this.#own.hold()).accessToken;
  }

  /** The same, and until when it is best used. */
  hold(): Promise<HeldAccessToken> {
    return this.#own.hold();
  }

  /** Forgets an access token that auth refused, so that the next one asked for is new. */
  drop(refused: string): void {
    this.#own.drop(refused);
  }

  close(): void {
    this.#client.close();
  }

  async #issue({ clientId, clientSecret, timeoutMs }: ServiceIdentityOptions): Promise<IssuedAccessToken> {
    const issue = this.#client.issueServiceToken.bind(this.#client);
    const request = { clientId, clientSecret, audience: AUDIENCE };
    const { tokens } = await callUnary(issue, request, { timeoutMs: timeoutMs ?? TIMEOUT_MS });
    if (!tokens) throw new Error('auth issued no access token');
    return tokens;
  }
}
