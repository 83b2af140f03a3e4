import { credentials, type ChannelCredentials } from '@grpc/grpc-js';
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
  readonly #own: OwnAccessToken;
  readonly #open = new Set<TokenServiceClient>();

  constructor(options: ServiceIdentityOptions, channel = credentials.createInsecure()) {
    this.#own = new OwnAccessToken(() => this.#issue(options, channel));
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

  /** Ends the request that is under way, if there is one. */
  close(): void {
    for (const client of this.#open) client.close();
  }

  /** On a connection of its own: once in minutes, and one that died meanwhile would cost more than a new one. */
  async #issue(
    { address, clientId, clientSecret, timeoutMs = TIMEOUT_MS }: ServiceIdentityOptions,
    channel: ChannelCredentials,
  ): Promise<IssuedAccessToken> {
    const client = openClient(TokenServiceClient, address, contract, channel);
    this.#open.add(client);
    try {
      const issue = client.issueServiceToken.bind(client);
      const { tokens } = await callUnary(
        issue,
        { clientId, clientSecret, audience: AUDIENCE },
        { timeoutMs },
      );
      if (!tokens) throw new Error('auth issued no access token');
      return tokens;
    } finally {
      this.#open.delete(client);
      client.close();
    }
  }
}
