import { Type, type Rules } from '../spec/dynamic-contract.js';
import { checkOf } from '../spec/single-field.js';
import { agreesOnFields, type FieldCase } from '../spec/oracle.js';

const TEXT = [
  '',
  'a',
  'ab',
  'abc',
  'abcd',
  'ß',
  'ßß',
  '😀',
  '😀😀',
  '😀😀😀',
  'a😀b',
  'foo',
  'foobar',
  'barfoo',
  'a\nb',
];
const UUIDS = [
  '018f2b7e-8d1a-7c3e-9b1a-0123456789ab',
  '018F2B7E-8D1A-7C3E-9B1A-0123456789AB',
  '018f2b7e-8d1a-7c3e-9b1a-0123456789a',
  '018f2b7e-8d1a-7c3e-9b1a-0123456789abc',
  '018f2b7e-8d1a-7c3e-9b1a-0123456789ab\n',
  ' 018f2b7e-8d1a-7c3e-9b1a-0123456789ab',
  '{018f2b7e-8d1a-7c3e-9b1a-0123456789ab}',
  '018f2b7e8d1a7c3e9b1a0123456789ab',
  '018g2b7e8d1a7c3e9b1a0123456789ab',
  '01ARZ3NDEKTSV4RRFFQ69G5FAV',
  '81ARZ3NDEKTSV4RRFFQ69G5FAV',
  '01ARZ3NDEKTSV4RRFFQ69G5FAU',
];
const LABEL = 'x'.repeat(63);
const HOSTS = [
  LABEL,
  `${LABEL}x`,
  `${LABEL}.com`,
  [LABEL, LABEL, LABEL, 'x'.repeat(61)].join('.'),
  [LABEL, LABEL, LABEL, 'x'.repeat(62)].join('.'),
  ...'localhost example.com example.com. Example.COM 1.example example.1 1 a.1b . -a.com a-.com'.split(' '),
  ...'a--b.com a..b .a a.. a_b.com bücher.de'.split(' '),
];
const EMAILS = [
  'a b@c',
  'a@b c',
  'a@b\n',
  '"a b"@c',
  `a@${LABEL}`,
  `a@${LABEL}x`,
  ..."a@b a@b.c first.last+tag@example.com A@EXAMPLE.com .a@b a..b@c !#$%&'*+/=?^_`{|}~-@b".split(' '),
  ...'a @ a@ @b a@b@c a@-b a@b- a@b. a@.b a@b..c ä@b a@ä a@[127.0.0.1]'.split(' '),
];
const ADDRESSES = [
  '1.2.3.4 ',
  ...'127.0.0.1 0.0.0.0 255.255.255.255 256.0.0.1 1.2.3 1.2.3.4.5 01.2.3.4 1.2.3.4/8'.split(' '),
  ...':: ::1 1:: 1::2 1:2:3:4:5:6:7:8 1:2:3:4:5:6:7 1:2:3:4:5:6:7:8:9 1:2:3:4:5:6:7:: ::2:3:4:5:6:7:8'.split(
    ' ',
  ),
  ...'1::2::3 ::: :1 1: 12345:: g:: FE80::ABCD ::ffff:1.2.3.4 ::1.2.3.256 1.2.3.4:: [::1]'.split(' '),
  ...'fe80::a%en1 fe80::a% fe80::a%% %en1 1:2:3:4:5:6:1.2.3.4 1:2:3:4:5:6:7:1.2.3.4 1.2.3.4%en1'.split(' '),
];
const PATTERNS = ['a1-', 'A1', '-a', 'a\r', 'a\u2028b', '\v', ' ', '\u00a0', 'foo\nbar'];
const ALL = [...TEXT, ...UUIDS, ...HOSTS, ...EMAILS, ...ADDRESSES, ...PATTERNS];

const rule = (name: string, value: object, values: readonly string[] = ALL): FieldCase => ({
  name,
  field: { type: Type.STRING, rules: { type: { case: 'string', value } } as Rules },
  values,
});
const format = (name: string): FieldCase => rule(name, { wellKnown: { case: name, value: true } });

describe('the rules of strings agree with protovalidate', () => {
  agreesOnFields([
    rule('const', { const: 'foo' }),
    rule('const of the empty string', { const: '' }),
    rule('len', { len: 2n }),
    rule('min_len', { minLen: 3n }),
    rule('min_len of 1', { minLen: 1n }),
    rule('max_len', { maxLen: 2n }),
    rule('max_len of 0', { maxLen: 0n }),
    rule('min_len and max_len', { minLen: 2n, maxLen: 3n }),
    rule('len_bytes', { lenBytes: 4n }),
    rule('min_bytes', { minBytes: 5n }),
    rule('max_bytes', { maxBytes: 3n }),
    rule('prefix', { prefix: 'foo' }),
    rule('suffix', { suffix: 'foo' }),
    rule('contains', { contains: 'o' }),
    rule('not_contains', { notContains: 'b' }),
    rule('in', { in: ['', 'foo', 'a😀b'] }),
    rule('not_in', { notIn: ['', 'foo', 'a😀b'] }),
    rule('several at once', { minLen: 4n, prefix: 'foo', suffix: 'r', notIn: ['foo'] }),
    rule('an example', { example: ['foo'], maxLen: 2n }),
  ]);
});

describe('the formats of strings agree with protovalidate', () => {
  agreesOnFields(['email', 'hostname', 'ip', 'ipv4', 'ipv6', 'address', 'uuid', 'tuuid', 'ulid'].map(format));
});

describe('patterns mean what they mean to RE2', () => {
  const patterns = [
    '^[a-z][a-z0-9-]*$',
    'foo',
    '^a.b$',
    '(?s)^a.b$',
    '^\\s$',
    '^\\S+$',
    '\\d',
    '(?i)^FOO',
    '^[[:alpha:]]+$',
  ];
  agreesOnFields(patterns.map((pattern) => rule(pattern, { pattern })));

  it('takes linear time where a backtracking engine takes exponential time', () => {
    const check = checkOf(rule('', { pattern: '^(a|a)*$' }).field);
    // 2^200 steps if it backtracked.
    expect(check({ value: `${'a'.repeat(200)}!` })).toMatchObject([{ reason: 'string.pattern' }]);
    expect(check({ value: 'a'.repeat(200) })).toEqual([]);
  });
});

describe('lengths', () => {
  it('are told without counting a string that is long past its limit', () => {
    const check = checkOf(rule('', { maxLen: 2n }).field);
    expect(check({ value: '😀'.repeat(1_000_000) })).toMatchObject([{ reason: 'string.max_len' }]);
  });
});
