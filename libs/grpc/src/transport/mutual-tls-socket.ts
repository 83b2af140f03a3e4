import { X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import { connect, type PeerCertificate, type TLSSocket } from 'node:tls';
import { certificateName, isCertificateOf } from './certificate-name.js';
import type { Certificates } from './certificates.js';
import type { ServiceName } from './who-calls-whom.js';

/** How long a server may take to prove itself, in milliseconds. */
const HANDSHAKE_MS = 5_000;

/** What is spoken over a connection once it is secured, by its name in ALPN. */
export type SpokenProtocol = 'h2' | 'http/1.1';

/**
 * Secures a connection to one service, by the certificate of the moment: to nobody else, wherever the connection leads.
 *
 * @throws Error when the far end does not prove itself in time, or does not say that it speaks the protocol
 */
export function secureSocket(
  socket: Socket,
  service: ServiceName,
  certificates: Certificates,
  protocol: SpokenProtocol,
): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const secured = connect({
      socket,
      secureContext: certificates.context,
      servername: certificateName(service),
      ALPNProtocols: [protocol],
      // Said here, so that no environment variable says otherwise.
      rejectUnauthorized: true,
      checkServerIdentity: (_host, peer) => refusalOf(service, peer),
    });
    const late = setTimeout(
      () => secured.destroy(new Error('the TLS handshake took too long')),
      HANDSHAKE_MS,
    );
    const ended = () => reject(new Error(`${service} ended the TLS handshake`));
    secured.once('secureConnect', () => {
      clearTimeout(late);
      secured.off('close', ended);
      if (secured.alpnProtocol === protocol) resolve(secured);
      else secured.destroy(new Error(`${service} does not speak ${protocol}`));
    });
    secured.once('close', () => clearTimeout(late));
    secured.once('close', ended);
    // Stays: what refuses us may say so after the handshake, when nobody else listens yet.
    secured.on('error', reject);
  });
}

function refusalOf(service: ServiceName, { raw }: PeerCertificate): Error | undefined {
  if (isCertificateOf(service, new X509Certificate(raw))) return undefined;
  return new Error(`the certificate is not that of ${service}`);
}
