import { CallCredentials, ChannelCredentials, type experimental } from '@grpc/grpc-js';
import type { Certificates } from './certificates.js';
import { secureSocket } from './mutual-tls-socket.js';
import type { ServiceName } from './who-calls-whom.js';

/**
 * Channels to one service: to nobody else, whatever its address leads to. Each connection is made with the
 * certificate of its moment. grpc-js's own credentials admit TLS 1.2, and forget the certificate when its file cannot
 * be read for a moment.
 */
export class MutualTlsChannelCredentials extends ChannelCredentials {
  constructor(
    private readonly service: ServiceName,
    private readonly certificates: Certificates,
  ) {
    super();
  }

  override _isSecure(): boolean {
    return true;
  }

  override _equals(other: ChannelCredentials): boolean {
    return this === other;
  }

  override _createSecureConnector(
    _target: unknown,
    _options: unknown,
    callCredentials = CallCredentials.createEmpty(),
  ): experimental.SecureConnector {
    return {
      connect: async (socket) => ({
        socket: await secureSocket(socket, this.service, this.certificates, 'h2'),
        secure: true,
      }),
      waitForReady: () => Promise.resolve(),
      getCallCredentials: () => callCredentials,
      destroy: () => {},
    };
  }
}
