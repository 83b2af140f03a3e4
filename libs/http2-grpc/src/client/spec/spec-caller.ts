import type { Channel, ChannelOptions } from '../channel.js';
import type { ServerStreamCall } from '../server-stream-call.js';
import { open, start, unary, type Outcome } from './calls.js';

/** Calls the replicas of a spec, in counts of what came of it. */
export class SpecCaller {
  readonly channel: Channel;
  /** Calls by the code that they ended with. */
  readonly codes = new Map<Outcome['code'], number>();

  constructor(target: string, options: Partial<ChannelOptions> = {}) {
    this.channel = open(target, { isIdempotent: (path) => path === '/spec.Service/Get', ...options });
  }

  /** A read, which may be tried again. */
  get(): Promise<Outcome['code']> {
    return this.#call('/spec.Service/Get');
  }

  /** A write, which may not. */
  create(): Promise<Outcome['code']> {
    return this.#call('/spec.Service/Create');
  }

  /** Calls again and again. @param callers how many call at the same time */
  async many(count: number, call: () => Promise<unknown>, callers = 1): Promise<void> {
    let left = count;
    const caller = async () => {
      while (left-- > 0) await call();
    };
    await Promise.all(Array.from({ length: callers }, caller));
  }

  /** A stream that has begun. */
  async watch(): Promise<ServerStreamCall> {
    const stream = this.channel.serverStream({ ...start('/spec.Service/Watch'), deadline: Infinity });
    await stream.next();
    return stream;
  }

  /** How many calls ended with another code than OK. */
  get failures(): number {
    return [...this.codes].reduce((sum, [code, count]) => (code === 'OK' ? sum : sum + count), 0);
  }

  close(): void {
    this.channel.close();
  }

  async #call(path: string): Promise<Outcome['code']> {
    const { code } = await unary(this.channel, path);
    this.codes.set(code, (this.codes.get(code) ?? 0) + 1);
    return code;
  }
}
