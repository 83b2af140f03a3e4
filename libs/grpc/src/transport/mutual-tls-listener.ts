import type { AddressInfo } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import { ServerCredentials, type Server } from '@grpc/grpc-js';
import type { Logger } from '@gatehouse/telemetry';
import { isCertificateOf } from './certificate-name.js';
import type { Certificates } from './certificates.js';
import type { CallerName } from './who-calls-whom.js';

/** How long a caller may take to prove itself, in milliseconds. */
const HANDSHAKE_MS = 5_000;

/**
 * Takes the connections of those that may call this service, and hands them to the gRPC server; whoever else
 * connects gets no further than the handshake. It is decided once for a connection: reading a peer's certificate for
 * each call, as grpc-js's own credentials would need, costs 0.1 to 0.2 ms.
 */
export class MutualTlsListener {
  /** Who is behind each open connection, by `address:port` of its far end. */
  readonly #peers = new Map<string, CallerName>();

  constructor(
    private readonly callers: readonly CallerName[],
    private readonly certificates: Certificates,
    private readonly log: Pick<Logger, 'warn'>,
  ) {}

  /** Who is at the far end of an open connection, by `address:port` as grpc-js shows it. */
  serviceAt(peer: string): CallerName | undefined {
    return this.#peers.get(peer);
  }

  /** @throws Error when the port is taken */
  async listen(server: Server, host: string, port: number): Promise<{ port: number; close(): void }> {
    // Encrypted already when they get there.
    const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
    const listener = createServer(
      {
        ...this.certificates.contextOptions,
        requestCert: true,
        rejectUnauthorized: true,
        ALPNProtocols: ['h2'],
        handshakeTimeout: HANDSHAKE_MS,
        noDelay: true,
      },
      (socket) => {
        if (this.#admit(socket)) injector.injectConnection(socket);
        else socket.destroy();
      },
    );
    listener.on('tlsClientError', (error: NodeJS.ErrnoException, socket) => {
      this.#tell(socket, String(socket.authorizationError ?? error.code ?? error.message));
      // Node leaves a socket open whose time is over.
      socket.destroy();
    });
    const stop = this.certificates.onChange((options) => listener.setSecureContext(options));
    await new Promise<void>((resolve, reject) => listener.once('error', reject).listen(port, host, resolve));
    const close = () => {
      stop();
      listener.close();
    };
    return { port: (listener.address() as AddressInfo).port, close };
  }

  #admit(socket: TLSSocket): boolean {
    const certificate = socket.getPeerX509Certificate();
    const caller = certificate && this.callers.find((name) => isCertificateOf(name, certificate));
    if (!caller) {
      this.#tell(socket, 'CALLER_NOT_ADMITTED', certificate?.subjectAltName);
      return false;
    }
    const peer = addressOf(socket);
    if (peer === undefined) return false;
    this.#peers.set(peer, caller);
    socket.once('close', () => this.#peers.delete(peer));
    return true;
  }

  #tell(socket: TLSSocket, cause: string, names?: string): void {
    this.log.warn({ peer: addressOf(socket), cause, names }, 'a connection was refused');
  }
}

/** Undefined once the socket has let go of its connection. */
function addressOf({ remoteAddress, remotePort }: TLSSocket): string | undefined {
  return remoteAddress === undefined ? undefined : `${remoteAddress}:${remotePort}`;
}
