import { once } from 'node:events';
import type { Socket } from 'node:net';
import { Server, ServerCredentials, type ServerInterceptor } from '@grpc/grpc-js';
import { serverLimits } from '../server-limits.js';
import type { CallServer } from './call-server.js';

/**
 * Serves by grpc-js, which forgets connections that it was handed as soon as it is to end: it neither waits for their calls
 * nor ends them, so that is done here.
 */
export class GrpcJsServer implements CallServer {
  readonly registry: Server;
  readonly #injector: ReturnType<Server['createConnectionInjector']>;
  readonly #sockets = new Set<Socket>();

  constructor(interceptors: readonly ServerInterceptor[]) {
    this.registry = new Server({ ...serverLimits, interceptors: [...interceptors] });
    this.#injector = this.registry.createConnectionInjector(ServerCredentials.createInsecure());
  }

  accept(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    this.#injector.injectConnection(socket);
  }

  async drain(): Promise<void> {
    // Each connection ends with its last call.
    this.registry.tryShutdown(() => {});
    await Promise.all([...this.#sockets].map((socket) => once(socket, 'close')));
  }

  close(): void {
    this.registry.forceShutdown();
    for (const socket of this.#sockets) socket.destroy();
  }
}
