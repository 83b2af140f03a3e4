import type { VouchedEmail } from './identity-provider.js';

/** Longest address (RFC 5321, section 4.5.3.1.3, less the brackets). */
const MAX_LENGTH = 254;

/** As plain as what Register takes: one `@`, no spaces, nothing that cannot be seen, a domain with a dot. */
const ADDRESS = /^[^\s\p{C}@<>"(),:;[\]\\]+@([^\s\p{C}@<>"(),:;[\]\\]+\.[^\s\p{C}@<>"(),:;[\]\\]+)$/u;

/**
 * The address that a provider has verified.
 *
 * @param domains the domains whose addresses the provider vouches for; `*` for every one
 * @returns undefined for what is no address
 */
export function vouchedEmail(address: unknown, domains: readonly string[]): VouchedEmail | undefined {
  if (typeof address !== 'string' || address.length > MAX_LENGTH) return undefined;
  const domain = ADDRESS.exec(address)?.[1]?.toLowerCase();
  if (domain === undefined) return undefined;
  return { address, authoritative: domains.includes('*') || domains.includes(domain) };
}
