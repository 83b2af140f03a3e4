import type { X509Certificate } from 'node:crypto';
import type { CallerName } from './who-calls-whom.js';

/**
 * The name that a service's certificate carries, as a DNS name in its SAN (RFC 5280, section 4.2.1.6): the same in
 * every replica, wherever it runs. `internal` is reserved for private use, so no public authority vouches for it and
 * nothing resolves it.
 */
export function certificateName(service: CallerName): string {
  return `${service}.gatehouse.internal`;
}

/** Whether a certificate is a service's own. Its subject does not count, and a wildcard is nobody's name. */
export function isCertificateOf(service: CallerName, certificate: X509Certificate): boolean {
  const exactly = { subject: 'never', wildcards: false } as const;
  return certificate.checkHost(certificateName(service), exactly) !== undefined;
}
