import type { Socket } from 'node:net';
import type { Server } from '@grpc/grpc-js';

/** What has the methods of a server added to it, by Nest and by others. */
export type MethodRegistry = Pick<Server, 'addService'>;

/** A server of gRPC, on the connections that it is given. */
export interface CallServer {
  readonly registry: MethodRegistry;
  /** Takes a connection; encrypted already where it is to be. */
  accept(socket: Socket): void;
  /** Takes no new calls; resolves once those under way have ended. */
  drain(): Promise<void>;
  /** Ends all connections. */
  close(): void;
}
