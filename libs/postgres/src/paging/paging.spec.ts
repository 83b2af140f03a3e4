import { describe, expect, it } from '@jest/globals';
import { pageSize } from './page-size.js';
import { pageTokens } from './page-token.js';

describe('pageSize', () => {
  const limits = { default: 20, max: 100 };

  it.each([
    [undefined, 20],
    [0, 20],
    [1, 1],
    [100, 100],
    [101, 100],
    [2 ** 31 - 1, 100],
  ])('takes %s as %s', (requested, expected) => {
    expect(pageSize(requested, limits)).toBe(expected);
  });

  it('refuses a negative size', () => {
    expect(() => pageSize(-1, limits)).toThrow(expect.objectContaining({ reason: 'FIELD_INVALID' }));
  });
});

describe('pageTokens', () => {
  const tokens = pageTokens({ key: new Uint8Array(32).fill(7) });
  const query = { subject: 's1', filter: 'title:a', order: 'create_time desc' };
  const cursor = ['id', 1.5, 2n ** 60n, new Date('2026-01-02T03:04:05.678Z'), null];
  const invalid = expect.objectContaining({ reason: 'PAGE_TOKEN_INVALID' });

  it('reads back what it wrote, whatever the order of the members of the query', () => {
    const reordered = { order: query.order, subject: query.subject, filter: query.filter };
    expect(tokens.decode(tokens.encode(cursor, query), reordered)).toEqual(cursor);
  });

  it('takes the empty page token for the first page', () => {
    expect(tokens.decode('', query)).toBeUndefined();
  });

  it.each([
    ['another filter', { ...query, filter: 'title:b' }],
    ['another order', { ...query, order: 'create_time asc' }],
    ['another subject', { ...query, subject: 's2' }],
    ['no query', undefined],
  ])('refuses a page token used with %s', (_what, other) => {
    expect(() => tokens.decode(tokens.encode(cursor, query), other)).toThrow(invalid);
  });

  it('refuses a page token with any one byte changed, cut or added', () => {
    const bytes = Buffer.from(tokens.encode(['x'], query), 'base64url');
    for (let i = 0; i < bytes.length; i++) {
      const changed = Buffer.from(bytes);
      changed[i] = (changed[i] ?? 0) ^ 1;
      expect(() => tokens.decode(changed.toString('base64url'), query)).toThrow(invalid);
      expect(() =>
        tokens.decode(
          bytes.subarray(0, i + 1 === bytes.length ? 0 : i + 1).toString('base64url') || 'A',
          query,
        ),
      ).toThrow(invalid);
    }
    expect(() => tokens.decode(`${bytes.toString('base64url')}AA`, query)).toThrow(invalid);
  });

  it.each(['!', 'a b', '=', 'A'.repeat(100_000)])('refuses what is no page token: %.20s', (text) => {
    expect(() => tokens.decode(text, query)).toThrow(invalid);
  });

  it('refuses a page token of another key', () => {
    const other = pageTokens({ key: new Uint8Array(32).fill(8) });
    expect(() => other.decode(tokens.encode(cursor, query), query)).toThrow(invalid);
  });

  it('refuses a short key', () => {
    expect(() => pageTokens({ key: new Uint8Array(31) })).toThrow(RangeError);
  });
});
