import { isIP, isIPv4 } from 'node:net';
import { readAddress } from '@gatehouse/grpc';

/** An address and how many of its leading bits count (RFC 4632, section 3.1; RFC 4291, section 2.3). */
const BLOCK = /^([0-9A-Fa-f:.]+)\/(0|[1-9][0-9]{0,2})$/;

interface Block {
  /** In the form of `readAddress`. */
  readonly address: string;
  /** How many bits of the address do not count. */
  readonly hostBits: number;
}

/**
 * Reads a CIDR block and writes it in its one form. Bits beyond the prefix must be zero: who sets them means
 * another block, larger or smaller. An IPv4 block is written as one, not mapped into IPv6.
 *
 * @returns undefined for anything else
 */
export function readAddressBlock(text: string): string | undefined {
  const block = readBlock(text);
  if (!block) return undefined;
  const { address, hostBits } = block;
  const number = numberOf(address);
  if ((number >> BigInt(hostBits)) << BigInt(hostBits) !== number) return undefined;
  return `${address}/${widthOf(address) - hostBits}`;
}

/**
 * Whether an address lies within one of these blocks. An IPv4 address lies in no IPv6 block, however large.
 *
 * @param blocks as {@link readAddressBlock} writes them
 * @param address in the form of `readAddress`; an unknown one ('') lies nowhere
 */
export function liesWithin(blocks: readonly string[], address: string): boolean {
  if (isIP(address) === 0) return false;
  return blocks.some((text) => {
    const block = readBlock(text);
    if (!block || isIP(block.address) !== isIP(address)) return false;
    const hostBits = BigInt(block.hostBits);
    return numberOf(block.address) >> hostBits === numberOf(address) >> hostBits;
  });
}

function readBlock(text: string): Block | undefined {
  const [, given = '', digits] = BLOCK.exec(text) ?? [];
  const address = readAddress(given);
  if (address === undefined || isIP(address) !== isIP(given)) return undefined;
  const hostBits = widthOf(address) - Number(digits);
  return hostBits < 0 ? undefined : { address, hostBits };
}

function widthOf(address: string): number {
  return isIPv4(address) ? 32 : 128;
}

/** The address as a number, its first bit most significant. */
function numberOf(address: string): bigint {
  if (isIPv4(address)) return join(address.split('.').map(Number), 8n);
  // A URL writes all groups in hexadecimal, the last two included.
  const groups = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const [before = [], after = []] = groups.map((part) => part.split(':').filter((group) => group !== ''));
  const zeros = Array<string>(8 - before.length - after.length).fill('0');
  return join(
    [...before, ...zeros, ...after].map((group) => Number.parseInt(group, 16)),
    16n,
  );
}

function join(parts: readonly number[], bits: bigint): bigint {
  return parts.reduce((number, part) => (number << bits) | BigInt(part), 0n);
}
