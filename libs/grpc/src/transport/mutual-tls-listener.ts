import type { AddressInfo } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import type { Logger } from '@gatehouse/telemetry';
import type { Certificates } from './certificates.js';
import { addressOf, HANDSHAKE_MS, PeerCheck } from './peer-check.js';
import type { Listening } from './transport.js';
import type { CallerName } from './who-calls-whom.js';

/**
 * Takes the connections of those that may call this service, and hands them to the gRPC server; whoever else
 * connects gets no further than the handshake. It is decided once for a connection: reading a peer's certificate for
 * each call, as grpc-js's own credentials would need, costs 0.1 to 0.2 ms.
 */
export class MutualTlsListener {
  /** Who is behind each open connection, by `address:port` of its far end. */
  readonly #peers = new Map<string, CallerName>();
  readonly #check: PeerCheck;

  constructor(
    callers: readonly CallerName[],
    private readonly certificates: Certificates,
    log: Pick<Logger, 'warn'>,
  ) {
    this.#check = new PeerCheck(callers, log);
  }

  /** Who is at the far end of an open connection, by `address:port`. */
  serviceAt(peer: string): CallerName | undefined {
    return this.#peers.get(peer);
  }

  /** @param accept called with the connections of those that may call @throws Error when the port is taken */
  async listen(accept: (socket: TLSSocket) => void, host: string, port: number): Promise<Listening> {
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
        if (this.#admit(socket)) accept(socket);
        else socket.destroy();
      },
    );
    listener.on('tlsClientError', (error, socket) => this.#check.refuse(error, socket));
    const stop = this.certificates.onChange((options) => listener.setSecureContext(options));
    await new Promise<void>((resolve, reject) => listener.once('error', reject).listen(port, host, resolve));
    const close = () => {
      stop();
      listener.close();
    };
    return { port: (listener.address() as AddressInfo).port, close };
  }

  #admit(socket: TLSSocket): boolean {
    const caller = this.#check.callerAt(socket);
    const peer = caller && addressOf(socket);
    if (caller === undefined || peer === undefined) return false;
    this.#peers.set(peer, caller);
    socket.once('close', () => this.#peers.delete(peer));
    return true;
  }
}
