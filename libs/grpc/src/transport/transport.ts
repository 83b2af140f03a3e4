import { createServer as createHttpServer, type Server as HttpServer, type ServerOptions } from 'node:http';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { ChannelCredentials } from '@grpc/grpc-js';
import { plainDialer, type Dialer } from '@gatehouse/http2-grpc';
import type { Logger } from '@gatehouse/telemetry';
import { Certificates, type TlsFiles } from './certificates.js';
import { MutualTlsChannelCredentials } from './mutual-tls-channel.js';
import { mutualTlsDialer } from './mutual-tls-dialer.js';
import { mutualTlsHttpServer } from './mutual-tls-http-server.js';
import { MutualTlsListener } from './mutual-tls-listener.js';
import { secureSocket } from './mutual-tls-socket.js';
import { callersOf, httpCallersOf, type CallerName, type ServiceName } from './who-calls-whom.js';

/** How a service speaks with the others: in the clear, or by mutual TLS. */
export interface Transport {
  /** What channels of grpc-js to a service are opened with. */
  channelTo(service: ServiceName): ChannelCredentials;
  /** What makes the sockets of all other channels to a service. */
  dialerTo(service: ServiceName): Dialer;
  /**
   * Has connections taken; port 0 asks the system for a free one. Closing takes no new ones.
   *
   * @param accept called with each, from whoever may call
   * @throws Error when the port is taken
   */
  listen(accept: (socket: Socket) => void, host: string, port: number): Promise<Listening>;
  /** Who is at the far end of an open connection, by `address:port`; undefined in the clear. */
  serviceAt(peer: string): CallerName | undefined;
  /** A server for those that may call this service over HTTP, not listening yet. */
  httpServer(options: ServerOptions): HttpServer;
  /**
   * Makes of a connection one to the HTTP port of a service.
   *
   * @throws Error when the far end is somebody else
   */
  httpSocketTo(service: ServiceName, socket: Socket): Promise<Socket>;
  close(): void;
}

/** Where connections are taken. */
export interface Listening {
  readonly port: number;
  /** Takes no new ones. */
  close(): void;
}

/** Who speaks, and by what it proves who it is. */
export interface TransportOptions {
  /** Who speaks. */
  readonly service: ServiceName;
  /** Its certificate, its key and the authority; in the clear without them. */
  readonly files: TlsFiles | undefined;
  /** Whether the edge may connect, see {@link callersOf}; not unless told so. */
  readonly admitsEdge?: boolean;
  /** Whether it is worth a warning that there are none. */
  readonly production: boolean;
  readonly log: Pick<Logger, 'info' | 'warn'>;
}

/**
 * Opens what all of a service's channels and its server use.
 *
 * @throws Error when a file cannot be read, they do not fit together, or they are another service's
 */
export function openTransport({ service, files, admitsEdge, production, log }: TransportOptions): Transport {
  if (files) {
    const callers = { grpc: callersOf(service, admitsEdge), http: httpCallersOf(service) };
    return mutualTls(callers, new Certificates({ files, service, log }), log);
  }
  if (production) log.warn('calls between the services are neither encrypted nor authenticated: TLS is off');
  return plainTransport;
}

/** In the clear: for one machine, and for networks that encrypt by themselves. */
export const plainTransport: Transport = {
  channelTo: () => ChannelCredentials.createInsecure(),
  dialerTo: () => plainDialer,
  listen: async (accept, host, port) => {
    const listener = createServer({ noDelay: true }, accept);
    await new Promise<void>((resolve, reject) => listener.once('error', reject).listen(port, host, resolve));
    return { port: (listener.address() as AddressInfo).port, close: () => void listener.close() };
  },
  serviceAt: () => undefined,
  httpServer: (options) => createHttpServer(options),
  httpSocketTo: (_service, socket) => Promise.resolve(socket),
  close: () => {},
};

/** By TLS 1.3, both ends with a certificate of the same authority that names them. */
export function mutualTls(
  callers: { readonly grpc: readonly CallerName[]; readonly http: readonly CallerName[] },
  certificates: Certificates,
  log: Pick<Logger, 'warn'>,
): Transport {
  const listener = new MutualTlsListener(callers.grpc, certificates, log);
  return {
    channelTo: (peer) => new MutualTlsChannelCredentials(peer, certificates),
    dialerTo: (peer) => mutualTlsDialer(peer, certificates),
    listen: (accept, host, port) => listener.listen(accept, host, port),
    serviceAt: (peer) => listener.serviceAt(peer),
    httpServer: (options) => mutualTlsHttpServer(callers.http, certificates, log, options),
    httpSocketTo: (service, socket) => secureSocket(socket, service, certificates, 'http/1.1'),
    close: () => certificates.close(),
  };
}
