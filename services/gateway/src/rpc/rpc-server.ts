import type { Logger } from '@gatehouse/telemetry';
import type { Exchange } from '../http/exchange.js';
import type { Intake } from '../http/intake.js';
import { sendProblem } from '../http/send-problem.js';
import type { AuthProxy } from '../proxy/auth-proxy.js';
import type { RpcHandler } from './rpc-handler.js';

/** What a server works with. */
export interface RpcServerOptions {
  readonly handler: Pick<RpcHandler, 'find' | 'handle' | 'handleUnrouted'>;
  /** Undefined where auth has no HTTP port. */
  readonly proxy: Pick<AuthProxy, 'takes' | 'handle'> | undefined;
  readonly intake: Pick<Intake, 'admit'>;
  readonly log: Logger;
}

/**
 * Answers the requests that are calls of RPCs, and those that are handed on to auth. The request is as it came, so that
 * only one reader decides what a path means.
 */
export class RpcServer {
  constructor(private readonly options: RpcServerOptions) {}

  /** Answers a request whose method and path are those of a route; false, and nothing done, for any other. */
  serve(exchange: Exchange): boolean {
    const { handler } = this.options;
    const found = handler.find(exchange);
    if (found === undefined) return false;
    void this.#answer(exchange, () => handler.handle(exchange, found));
    return true;
  }

  /**
   * Answers a request that no route and no page is there for: auth does, or it is refused.
   *
   * @param refusal what is said of it in place of the error that was thrown
   */
  serveOther(exchange: Exchange, refusal: (error: unknown) => unknown): void {
    const { handler, proxy } = this.options;
    const handle = () => (proxy?.takes(exchange) ? proxy.handle(exchange) : handler.handleUnrouted(exchange));
    void this.#answer(exchange, handle, refusal);
  }

  async #answer(
    exchange: Exchange,
    handle: () => Promise<void> | void,
    refusal: (error: unknown) => unknown = (error) => error,
  ): Promise<void> {
    const { intake, log } = this.options;
    const place = (exchange.place = intake.admit(exchange.request));
    try {
      await handle();
    } catch (error) {
      sendProblem(exchange, refusal(error), log);
    } finally {
      place.leave();
    }
  }
}
