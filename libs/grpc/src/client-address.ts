import { isIP, SocketAddress, type BlockList } from 'node:net';

/** `::ffff:a.b.c.d`: how a socket that listens on IPv6 shows an IPv4 caller (RFC 4291, section 2.5.5.2). */
const MAPPED = /^::ffff:([0-9.]+)$/;

/**
 * Reads one IP address and writes it in the one form that addresses are compared and counted in: RFC 5952 for
 * IPv6, dotted for IPv4 and for IPv4 mapped into IPv6.
 *
 * @returns undefined for anything else, an address with a port, a zone or spaces included
 */
export function readAddress(text: string): string | undefined {
  const version = isIP(text);
  if (version === 4) return text;
  if (version === 0 || text.includes('%')) return undefined;
  const { address } = new SocketAddress({ address: text, family: 'ipv6' });
  return MAPPED.exec(address)?.[1] ?? address;
}

/** Whether an address, in the form of {@link readAddress}, lies within one of the ranges. */
export function isWithin(ranges: BlockList, address: string): boolean {
  return ranges.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

/**
 * The address of the client that a call is made for: the peer's own, unless that is a trusted proxy which says
 * another one.
 *
 * @param peer `address:port` as grpc-js shows it, IPv6 with or without brackets
 * @param said the values of the metadata `x-client-address`
 * @returns '' where the peer has no address, as on a Unix socket
 */
export function clientAddressOf(peer: string, said: readonly unknown[], trustedProxies: BlockList): string {
  const own = peer.slice(0, peer.lastIndexOf(':')).replace(/^\[|\]$|%.*$/g, '');
  const address = readAddress(own);
  if (address === undefined) return '';
  const [value] = said;
  if (said.length !== 1 || typeof value !== 'string' || !isWithin(trustedProxies, address)) return address;
  return readAddress(value) ?? address;
}
