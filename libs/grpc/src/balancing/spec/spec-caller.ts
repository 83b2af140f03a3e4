import { Metadata, status, type ClientReadableStream, type ServiceError } from '@grpc/grpc-js';
import { contract } from '@gatehouse/contracts';
import { ResourceServiceClient } from '@gatehouse/contracts/resources';
import { openClient } from '../../channel.js';
import type { LeastLoadSettings } from '../least-load-config.js';

/** Calls the resource service, in counts of what came of it. */
export class SpecCaller {
  readonly client: ResourceServiceClient;
  /** Calls by the code that they ended with. */
  readonly codes = new Map<status, number>();

  constructor(target: string, settings: LeastLoadSettings = {}) {
    this.client = openClient(ResourceServiceClient, target, contract, undefined, settings);
  }

  /** A read, which may be tried again. */
  get(): Promise<status> {
    return this.#call((settle) => {
      this.client.getResource({ id: '' }, new Metadata(), { deadline: Date.now() + 20_000 }, settle);
    });
  }

  /** A write, which may not. */
  create(): Promise<status> {
    return this.#call((settle) => {
      const request = { resource: undefined, requestId: '' };
      this.client.createResource(request, new Metadata(), { deadline: Date.now() + 20_000 }, settle);
    });
  }

  /** Calls again and again. @param callers how many call at the same time */
  async many(count: number, call: () => Promise<status>, callers = 1): Promise<void> {
    let left = count;
    const caller = async () => {
      while (left-- > 0) await call();
    };
    await Promise.all(Array.from({ length: callers }, caller));
  }

  /** A stream that has begun. Its error, if it ends with one, is its own. */
  async watch(): Promise<ClientReadableStream<unknown>> {
    const stream = this.client.watchResources({}, new Metadata());
    stream.on('error', () => undefined);
    await new Promise((resolve) => stream.once('data', resolve));
    return stream;
  }

  /** How many calls ended with another code than OK. */
  get failures(): number {
    return [...this.codes].reduce((sum, [code, count]) => (code === status.OK ? sum : sum + count), 0);
  }

  close(): void {
    this.client.close();
  }

  #call(send: (settle: (error: ServiceError | null) => void) => void): Promise<status> {
    return new Promise((resolve) => {
      send((error) => {
        const code = error?.code ?? status.OK;
        this.codes.set(code, (this.codes.get(code) ?? 0) + 1);
        resolve(code);
      });
    });
  }
}
