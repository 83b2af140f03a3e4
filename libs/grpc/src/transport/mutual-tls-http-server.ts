import type { Server, ServerOptions } from 'node:http';
import { createServer } from 'node:https';
import type { TLSSocket } from 'node:tls';
import type { Logger } from '@gatehouse/telemetry';
import type { Certificates } from './certificates.js';
import { HANDSHAKE_MS, PeerCheck } from './peer-check.js';
import type { CallerName } from './who-calls-whom.js';

/** An HTTP server for those that may call this service over HTTP: nobody else gets further than the handshake. */
export function mutualTlsHttpServer(
  callers: readonly CallerName[],
  certificates: Certificates,
  log: Pick<Logger, 'warn'>,
  options: ServerOptions,
): Server {
  const check = new PeerCheck(callers, log);
  const server = createServer({
    ...options,
    ...certificates.contextOptions,
    requestCert: true,
    rejectUnauthorized: true,
    ALPNProtocols: ['http/1.1'],
    handshakeTimeout: HANDSHAKE_MS,
  });
  // Before HTTP hears of the connection, which is gone then.
  server.prependListener('secureConnection', (socket: TLSSocket) => {
    if (check.callerAt(socket) === undefined) socket.destroy();
  });
  server.on('tlsClientError', (error, socket) => check.refuse(error, socket));
  server.once(
    'close',
    certificates.onChange((changed) => server.setSecureContext(changed)),
  );
  return server;
}
