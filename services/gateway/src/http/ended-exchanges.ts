import type { Logger } from '@gatehouse/telemetry';
import type { Exchange } from './exchange.js';
import type { HttpMeasures } from './http-measures.js';
import { logExchange } from './log-exchange.js';

/**
 * Tells of exchanges once the answers of this turn of the event loop are out: nobody waits for a log line, and one
 * after the other they cost half of what they cost between two answers.
 */
export class EndedExchanges {
  #ended: Exchange[] = [];

  constructor(
    private readonly measures: HttpMeasures,
    private readonly log: Logger,
  ) {}

  /** Takes an exchange that is over. */
  add(exchange: Exchange): void {
    if (this.#ended.push(exchange) === 1) setImmediate(() => this.#tell());
  }

  #tell(): void {
    const ended = this.#ended;
    this.#ended = [];
    for (const exchange of ended) {
      this.measures.record(exchange);
      logExchange(exchange, this.log);
    }
  }
}
