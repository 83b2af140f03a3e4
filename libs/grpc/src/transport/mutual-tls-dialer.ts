import { once } from 'node:events';
import { connect } from 'node:net';
import type { Dialer } from '@gatehouse/http2-grpc';
import type { Certificates } from './certificates.js';
import { secureSocket } from './mutual-tls-socket.js';
import type { ServiceName } from './who-calls-whom.js';

/** Connections to one service: to nobody else, whatever its address leads to. */
export function mutualTlsDialer(service: ServiceName, certificates: Certificates): Dialer {
  return {
    scheme: 'https',
    dial: async ({ host, port }) => {
      const socket = connect({ host, port, noDelay: true });
      await once(socket, 'connect');
      return secureSocket(socket, service, certificates, 'h2');
    },
  };
}
