import { metrics, type Attributes, type Histogram } from '@opentelemetry/api';
import { status } from '@grpc/grpc-js';

/** Upper bounds in seconds; OpenTelemetry's for RPCs begin at 5 ms, within which most calls here end. */
const BOUNDARIES = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

/** What is known of a method wherever it is called or served. */
export interface MeasuredMethod {
  /** `package.Service/Method`, which is what its spans are called. */
  readonly spanName: string;
  readonly spanAttributes: Attributes;
  /** The attributes of its measurements, by code. */
  readonly byCode: Attributes[];
}

/** How long calls take, by method and code: `rpc.server.call.duration` or `rpc.client.call.duration`. */
export class CallMeasures {
  readonly #durations: Histogram;
  readonly #methods = new Map<string, MeasuredMethod>();

  /** To be made once telemetry is open: instruments that are asked for before it measure nothing. */
  constructor(side: 'server' | 'client') {
    this.#durations = metrics.getMeter('@gatehouse/grpc').createHistogram(`rpc.${side}.call.duration`, {
      unit: 's',
      description: side === 'server' ? 'How long calls took to answer' : 'How long answers of peers took',
      advice: { explicitBucketBoundaries: BOUNDARIES },
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

  record(method: MeasuredMethod, code: status, durationMs: number): void {
    this.#durations.record(durationMs / 1_000, method.byCode[code] ?? method.byCode[status.UNKNOWN]);
  }
}

function measuredMethod(path: string): MeasuredMethod {
  const [, service = '', name = ''] = path.split('/');
  const rpc = { 'rpc.service': service, 'rpc.method': name };
  const codes = Object.values(status).filter((code) => typeof code === 'number');
  const byCode = codes.map((code) => Object.freeze({ ...rpc, 'rpc.response.status_code': status[code] }));
  return { spanName: path.slice(1), spanAttributes: { 'rpc.system.name': 'grpc', ...rpc }, byCode };
}
