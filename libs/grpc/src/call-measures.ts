import type { Attributes } from '@opentelemetry/api';
import { status } from '@grpc/grpc-js';
import { durations, type Durations, type DurationSeries } from '@gatehouse/telemetry';

/** What is known of a method wherever it is called or served. */
export interface MeasuredMethod {
  /** `package.Service/Method`, which is what its spans are called. */
  readonly spanName: string;
  readonly spanAttributes: Attributes;
  readonly attributes: Attributes;
  /** Its measurements by code, of those that it ended with. */
  readonly byCode: (DurationSeries | undefined)[];
}

/** How long calls take, by method and code: `rpc.server.call.duration` or `rpc.client.call.duration`. */
export class CallMeasures {
  readonly #durations: Durations;
  readonly #methods = new Map<string, MeasuredMethod>();

  constructor(side: 'server' | 'client') {
    this.#durations = durations({
      meter: '@gatehouse/grpc',
      name: `rpc.${side}.call.duration`,
      description: side === 'server' ? 'How long calls took to answer' : 'How long answers of peers took',
    });
  }

  /** @param path `/package.Service/Method`, of the contract: what is known of each is kept */
  method(path: string): MeasuredMethod {
    let method = this.#methods.get(path);
    if (method === undefined) {
      method = measuredMethod(path);
      this.#methods.set(path, method);
    }
    return method;
  }

  /** @param code any number that is no code counts as UNKNOWN */
  record({ byCode, attributes }: MeasuredMethod, code: status, durationMs: number): void {
    const known = status[code] === undefined ? status.UNKNOWN : code;
    const series = (byCode[known] ??= this.#durations.of({
      ...attributes,
      'rpc.response.status_code': status[known],
    }));
    series.record(durationMs / 1_000);
  }
}

function measuredMethod(path: string): MeasuredMethod {
  const [, service = '', name = ''] = path.split('/');
  const attributes = { 'rpc.service': service, 'rpc.method': name };
  const spanAttributes = { 'rpc.system.name': 'grpc', ...attributes };
  return { spanName: path.slice(1), spanAttributes, attributes, byCode: [] };
}
