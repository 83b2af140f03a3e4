import { BlockList, isIP } from 'node:net';
import { z } from 'zod';

/** Where a process runs. Production refuses development values. */
export const environmentName = z.enum(['development', 'production']);

/** A TCP port; 0 asks the system for a free one. */
export const port = z.coerce.number().int().min(0).max(65_535);

/** A duration in whole milliseconds, at least 1. */
export const durationMs = z.coerce.number().int().min(1);

/** A whole number, at least 1. */
export const count = z.coerce.number().int().min(1);

/** A list, separated by commas; empty members are dropped. */
export const list = z.string().transform((text) =>
  text
    .split(',')
    .map((member) => member.trim())
    .filter((member) => member !== ''),
);

/** `address/bits` of IPv4 or IPv6 (RFC 4632, RFC 4291), such as `10.0.0.0/8` or `fd00::/8`. */
const CIDR = /^([0-9A-Fa-f:.]+)\/([0-9]{1,3})$/;

function readRange(text: string): { address: string; bits: number; family: 'ipv4' | 'ipv6' } | undefined {
  const [, address = '', digits] = CIDR.exec(text) ?? [];
  const bits = Number(digits);
  const version = isIP(address);
  if (version === 0 || bits > (version === 4 ? 32 : 128)) return undefined;
  return { address, bits, family: version === 4 ? 'ipv4' : 'ipv6' };
}

/** Ranges of IP addresses in CIDR notation, separated by commas, as node:net compares them. */
export const addressRanges = list
  .pipe(z.array(z.string().refine(readRange, 'must be ranges such as 10.0.0.0/8 or fd00::/8')))
  .transform((members) => {
    const ranges = new BlockList();
    for (const range of members.map(readRange)) {
      if (range) ranges.addSubnet(range.address, range.bits, range.family);
    }
    return ranges;
  });

/** A secret of at least `bytes` bytes, in base64. */
export const secretBytes = (bytes: number) =>
  z
    .string()
    .refine((text) => Buffer.from(text, 'base64').length >= bytes, `needs ${bytes} bytes of base64`)
    .transform((text) => Buffer.from(text, 'base64'));

/** Secrets that `npm start` makes begin with this, so that production can refuse them. */
export const DEVELOPMENT_SECRET_PREFIX = 'development-';
