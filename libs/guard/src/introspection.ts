import { credentials, status } from '@grpc/grpc-js';
import { contract } from '@gatehouse/contracts';
import { TokenServiceClient } from '@gatehouse/contracts/auth';
import { AppError } from '@gatehouse/errors';
import { callUnary, clientOptions, timeoutWithin } from '@gatehouse/grpc';
import type { ServiceIdentity } from './service-identity.js';

/** How long the issuer may take to answer, everything included, in milliseconds. */
const TIMEOUT_MS = 1_000;

/** It is asked when the network is in trouble: a dead connection must not take many calls with it. */
const KEEPALIVE = { 'grpc.keepalive_time_ms': 2_000, 'grpc.keepalive_timeout_ms': 2_000 };

/**
 * Asks the issuer about access tokens (RFC 7662). Callers who ask about the same one at the same time share an
 * answer, which is a second old at most; none is kept.
 */
export class Introspection {
  readonly #identity: Pick<ServiceIdentity, 'accessToken' | 'drop'>;
  readonly #client: TokenServiceClient;
  readonly #asked = new Map<string, Promise<boolean>>();

  /** @param address where auth answers: `host:port` */
  constructor(
    address: string,
    identity: Pick<ServiceIdentity, 'accessToken' | 'drop'>,
    channel = credentials.createInsecure(),
  ) {
    this.#identity = identity;
    const service = contract.getService('gatehouse.auth.v1.TokenService');
    if (!service) throw new Error('the token service is not in the contract');
    this.#client = new TokenServiceClient(address, channel, { ...clientOptions([service]), ...KEEPALIVE });
  }

  /**
   * Whether an access token is good at this moment.
   *
   * @param within the deadline of the call that it is about, in milliseconds of `performance.now()`
   * @throws AppError when the issuer does not say so within a second, or before that deadline
   */
  isActive(accessToken: string, within?: number): Promise<boolean> {
    const asked = this.#asked.get(accessToken);
    if (asked) return asked;
    const timeoutMs = timeoutWithin(TIMEOUT_MS, within);
    const answer = this.#ask(accessToken, timeoutMs);
    // Whoever has less time than others asks alone: they are not to be given up with it.
    if (timeoutMs < TIMEOUT_MS) return answer;
    const forget = () => this.#asked.delete(accessToken);
    answer.then(forget, forget);
    this.#asked.set(accessToken, answer);
    return answer;
  }

  close(): void {
    this.#client.close();
  }

  async #ask(accessToken: string, timeoutMs: number): Promise<boolean> {
    const deadline = performance.now() + timeoutMs;
    const own = await before(deadline, this.#identity.accessToken());
    try {
      return await this.#send(accessToken, own, deadline);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== status.UNAUTHENTICATED) throw error;
      // Its own access token is what auth refused: a new one is tried, once.
      this.#identity.drop(own);
      return this.#send(accessToken, await before(deadline, this.#identity.accessToken()), deadline);
    }
  }

  async #send(accessToken: string, own: string, deadline: number): Promise<boolean> {
    const timeoutMs = Math.max(1, deadline - performance.now());
    const introspect = this.#client.introspect.bind(this.#client);
    const { active } = await callUnary(introspect, { token: accessToken }, { timeoutMs, accessToken: own });
    return active;
  }
}

async function before<T>(deadline: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const fail = () => reject(new Error('no service token in time'));
    timer = setTimeout(fail, deadline - performance.now());
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
