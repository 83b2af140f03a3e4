import { randomInt, randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { NotBeforeTable, tableKey } from './not-before-table.js';
import { readUuid } from './uuid-key.js';

describe('readUuid', () => {
  it('reads what is canonical', () => {
    const { word0, word1, word2, word3 } = readUuid('01234567-89ab-cdef-fedc-ba9876543210')!;
    const words = [0x01234567, 0x89abcdef, 0xfedcba98, 0x76543210];
    expect([word0, word1, word2, word3]).toEqual(words.map((word) => word | 0));
  });

  it.each([
    '01234567-89AB-cdef-fedc-ba9876543210',
    '0123456789abcdeffedcba9876543210',
    '01234567-89ab-cdef-fedc-ba987654321',
    '01234567-89ab-cdef-fedc-ba98765432100',
    '01234567-89ab-cdef-fedc_ba9876543210',
    '-1234567-89ab-cdef-fedc-ba9876543210',
    '0123456g-89ab-cdef-fedc-ba9876543210',
    '01234567-89ab-cdef-fedc-ba987654321\u0660',
    '',
  ])('leaves %j as text, so that no two texts are one', (text) => {
    expect(readUuid(text)).toBeUndefined();
  });
});

describe('NotBeforeTable', () => {
  it('tells texts apart that differ in one character, UUIDs or not', () => {
    const table = new NotBeforeTable();
    const uuid = 'a1234567-89ab-4def-8edc-ba9876543210';
    table.put(tableKey(uuid), 5, 10);
    expect(table.find(tableKey(uuid))).toBe(5);
    for (let index = 0; index < uuid.length; index++) {
      const other = uuid.slice(0, index) + (uuid[index] === '7' ? '6' : '7') + uuid.slice(index + 1);
      expect(table.find(tableKey(other))).toBeUndefined();
    }
    expect(table.find(tableKey(uuid.toUpperCase()))).toBeUndefined();
    table.put(tableKey(uuid.toUpperCase()), 7, 10);
    expect([table.find(tableKey(uuid)), table.find(tableKey(uuid.toUpperCase()))]).toEqual([5, 7]);
  });

  it('agrees with a plain map through growing, moving on, sweeping and shrinking', () => {
    const table = new NotBeforeTable();
    const model = new Map<string, { notBefore: number; expiresAt: number }>();
    let now = 1;
    for (let round = 0; round < 60; round++) {
      for (let i = 0; i < 500; i++) {
        const known = [...model.keys()];
        const again = i % 50 === 0 && known.length > 0;
        const key = again ? known[randomInt(known.length)]! : i % 20 === 0 ? `client-${i}` : randomUUID();
        const times = { notBefore: now + randomInt(100), expiresAt: now + randomInt(1, 20) };
        table.put(tableKey(key), times.notBefore, times.expiresAt);
        const before = model.get(key) ?? times;
        model.set(key, {
          notBefore: Math.max(before.notBefore, times.notBefore),
          expiresAt: Math.max(before.expiresAt, times.expiresAt),
        });
      }
      now += round < 40 ? 1 : 5;
      if (round % 3 === 0) {
        table.sweepAll(now);
        for (const [key, { expiresAt }] of model) if (expiresAt < now) model.delete(key);
        expect(table.size).toBe(model.size);
      }
      for (const [key, { notBefore, expiresAt }] of model)
        if (expiresAt >= now) expect(table.find(tableKey(key))).toBe(notBefore);
      expect(table.find(tableKey(randomUUID()))).toBeUndefined();
    }
    const full = table.byteLength;
    table.sweepAll(now + 1_000);
    expect(table.size).toBe(0);
    expect(table.byteLength).toBeLessThan(full / 4);
  });

  it('never moves a time back', () => {
    const table = new NotBeforeTable();
    for (const key of [randomUUID(), 'gatehouse-web']) {
      table.put(tableKey(key), 9, 90);
      table.put(tableKey(key), 3, 30);
      table.sweepAll(80);
      expect(table.find(tableKey(key))).toBe(9);
      table.sweepAll(91);
      expect(table.find(tableKey(key))).toBeUndefined();
    }
  });
});
