import { ruleTable, whenOn, type RuleTable } from '../rule.js';
import { equalityMakers } from './equality.js';
import { sizeMaker } from './size.js';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/** The same bytes as a Buffer, which knows how to compare and to search. */
const view = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function pieceMaker(name: string, words: string, holds: (value: Buffer, piece: Uint8Array) => boolean) {
  return (piece: Uint8Array) => [
    {
      id: `bytes.${name}`,
      description: `must ${words} ${hex(piece)}`,
      holds: (value: Uint8Array) => holds(view(value), piece),
    },
  ];
}

/** A format of bytes is a choice of sizes. */
function formatMaker(name: string, words: string, sizes: readonly number[]) {
  const id = `bytes.${name}`;
  const description = `must be ${words}`;
  return whenOn<Uint8Array>(
    { id: `${id}_empty`, description, holds: (value) => value.length > 0 },
    { id, description, holds: (value) => value.length === 0 || sizes.includes(value.length) },
  );
}

/** The rules of `BytesRules`; values are `Buffer` or `Uint8Array`. */
export const bytesRules: RuleTable<Uint8Array> = ruleTable<Uint8Array>({
  ...equalityMakers<Uint8Array, Uint8Array>('bytes', {
    among: (settings) => (value) => settings.some((setting) => Buffer.compare(setting, value) === 0),
    show: hex,
  }),
  len: sizeMaker('bytes.len', ['must have', 'byte(s)'], (value, size) => value.length === size),
  min_len: sizeMaker(
    'bytes.min_len',
    ['must have at least', 'byte(s)'],
    (value, size) => value.length >= size,
  ),
  max_len: sizeMaker(
    'bytes.max_len',
    ['must have at most', 'byte(s)'],
    (value, size) => value.length <= size,
  ),
  prefix: pieceMaker('prefix', 'begin with', (value, piece) =>
    view(value.subarray(0, piece.length)).equals(piece),
  ),
  suffix: pieceMaker(
    'suffix',
    'end with',
    (value, piece) =>
      value.length >= piece.length && view(value.subarray(value.length - piece.length)).equals(piece),
  ),
  contains: pieceMaker('contains', 'contain', (value, piece) => value.includes(view(piece))),
  ip: formatMaker('ip', 'an IP address of 4 or 16 bytes', [4, 16]),
  ipv4: formatMaker('ipv4', 'an IPv4 address of 4 bytes', [4]),
  ipv6: formatMaker('ipv6', 'an IPv6 address of 16 bytes', [16]),
  uuid: formatMaker('uuid', 'a UUID of 16 bytes', [16]),
});
