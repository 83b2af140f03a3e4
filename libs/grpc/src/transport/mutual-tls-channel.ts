import { X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import { connect, type PeerCertificate } from 'node:tls';
import { CallCredentials, ChannelCredentials, type experimental } from '@grpc/grpc-js';
import { certificateName, isCertificateOf } from './certificate-name.js';
import type { Certificates } from './certificates.js';
import type { ServiceName } from './who-calls-whom.js';

/** How long a server may take to prove itself, in milliseconds. */
const HANDSHAKE_MS = 5_000;

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
      connect: (socket) => this.#secure(socket),
      waitForReady: () => Promise.resolve(),
      getCallCredentials: () => callCredentials,
      destroy: () => {},
    };
  }

  #secure(socket: Socket): Promise<experimental.SecureConnectResult> {
    return new Promise((resolve, reject) => {
      const secured = connect({
        socket,
        secureContext: this.certificates.context,
        servername: certificateName(this.service),
        ALPNProtocols: ['h2'],
        // Said here, so that no environment variable says otherwise.
        rejectUnauthorized: true,
        checkServerIdentity: (_host, peer) => this.#refusal(peer),
      });
      const late = setTimeout(
        () => secured.destroy(new Error('the TLS handshake took too long')),
        HANDSHAKE_MS,
      );
      const ended = () => reject(new Error(`${this.service} ended the TLS handshake`));
      secured.once('secureConnect', () => {
        clearTimeout(late);
        secured.off('close', ended);
        resolve({ socket: secured, secure: true });
      });
      secured.once('close', () => clearTimeout(late));
      secured.once('close', ended);
      // Stays: what refuses us may say so after the handshake, when nobody else listens yet.
      secured.on('error', reject);
    });
  }

  #refusal({ raw }: PeerCertificate): Error | undefined {
    if (isCertificateOf(this.service, new X509Certificate(raw))) return undefined;
    return new Error(`the certificate is not that of ${this.service}`);
  }
}
