import type { JwkSet } from '@gatehouse/tokens';
import { answer } from '../answer.js';
import { bodies, replies, REQUESTS, type RequestName } from './resources.js';
import { serveAuth } from './static-auth.js';
import { StaticGrpc } from './static-grpc.js';
import { serveStatic } from './static-http.js';

/** Where the gateways find what they stand in front of. */
export interface BackendPorts {
  /** The resources service. */
  readonly grpc: number;
  readonly auth: number;
  /** The same resources as JSON. */
  readonly http: number;
}

let grpc: StaticGrpc;

answer({
  start: async (keySet: JwkSet): Promise<BackendPorts> => {
    const methods = Object.entries(replies()).map(
      ([method, reply]) => [`/gatehouse.resources.v1.ResourceService/${method}`, reply] as const,
    );
    const listening = await StaticGrpc.listen(new Map(methods));
    grpc = listening.grpc;
    const json = Object.entries(bodies()).map(
      ([name, body]) => [REQUESTS[name as RequestName].path, body] as const,
    );
    return { grpc: listening.port, auth: await serveAuth(keySet), http: await serveStatic(new Map(json)) };
  },
  remember: (remembers: boolean) => void (grpc.remembers = remembers),
  seen: () => grpc.seen,
});
