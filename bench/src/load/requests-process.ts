import { answer } from '../answer.js';
import { openGrpcLoad } from './grpc-load.js';
import { openHttpLoad } from './http-load.js';
import type { RequestLoad, Requests } from './requests.js';

/** Whom a load connects to. */
export interface LoadTarget {
  readonly port: number;
  /** The most requests under way; of HTTP, each has a connection. */
  readonly connections: number;
  /** Whether it is asked by gRPC rather than HTTP/1.1. */
  readonly isGrpc?: boolean;
}

let load: RequestLoad | undefined;

answer({
  open: async ({ port, connections, isGrpc }: LoadTarget) => {
    load?.close();
    load = isGrpc ? openGrpcLoad(port, connections) : await openHttpLoad(port, connections);
  },
  run: (requests: Requests) => load?.run(requests),
});
