import { isIP } from 'node:net';
import type { Address } from './dial.js';

/** Where a service is: behind a name, or at addresses that are known. */
export interface Target {
  /** What calls are for: `:authority`. */
  readonly authority: string;
  /** The name that stands for all replicas; undefined where their addresses are given. */
  readonly name: Address | undefined;
  readonly addresses: readonly Address[];
}

/**
 * Reads `dns:///name:port`, `ipv4:address:port,...` or `ipv6:[address]:port,...` (gRPC, naming.md).
 *
 * @throws Error for anything else
 */
export function readTarget(text: string): Target {
  const [, scheme = '', rest = ''] = /^(dns:\/\/\/|dns:|ipv4:|ipv6:)(.+)$/.exec(text) ?? [];
  const members = rest.split(',').map(readAddress);
  const [first] = members;
  const isName = scheme.startsWith('dns:');
  if (first === undefined || (isName && members.length > 1)) throw unreadable(text);
  if (isName) return { authority: rest, name: first, addresses: [] };
  const version = scheme === 'ipv4:' ? 4 : 6;
  const addresses = members.filter((member) => member !== undefined && isIP(member.host) === version);
  if (addresses.length < members.length) throw unreadable(text);
  return { authority: rest.split(',')[0] as string, name: undefined, addresses: addresses as Address[] };
}

/** `host:port`, where an IPv6 address stands in brackets. */
function readAddress(text: string): Address | undefined {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9._-]+)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (!match || port < 1 || port > 65_535) return undefined;
  return { host: match[1] ?? match[2] ?? '', port };
}

function unreadable(text: string): Error {
  return new Error(`${text} is none of dns:///name:port, ipv4:address:port,... and ipv6:[address]:port,...`);
}
