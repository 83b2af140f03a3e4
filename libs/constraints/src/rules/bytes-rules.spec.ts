import { Type, type Rules } from '../spec/dynamic-contract.js';
import { agreesOnFields, type FieldCase } from '../spec/oracle.js';

const bytes = (...values: number[]) => Uint8Array.from(values);
const PIECES = [[], [0], [1], [1, 2], [2, 1], [0, 1, 2], [1, 2, 3], [3, 1, 2, 9]];
const VALUES = [
  ...PIECES.map((piece) => bytes(...piece)),
  ...[4, 15, 16, 17].map((size) => new Uint8Array(size)),
];
const rule = (name: string, value: object): FieldCase => ({
  name,
  field: { type: Type.BYTES, rules: { type: { case: 'bytes', value } } as Rules },
  values: VALUES,
});

describe('the rules of bytes agree with protovalidate', () => {
  agreesOnFields([
    rule('const', { const: bytes(1, 2) }),
    rule('len', { len: 2n }),
    rule('min_len', { minLen: 2n }),
    rule('max_len', { maxLen: 2n }),
    rule('prefix', { prefix: bytes(1, 2) }),
    rule('suffix', { suffix: bytes(1, 2) }),
    rule('contains', { contains: bytes(1, 2) }),
    rule('in', { in: [bytes(), bytes(1, 2)] }),
    rule('not_in', { notIn: [bytes(), bytes(1, 2)] }),
    ...['ip', 'ipv4', 'ipv6', 'uuid'].map((name) => rule(name, { wellKnown: { case: name, value: true } })),
  ]);
});
