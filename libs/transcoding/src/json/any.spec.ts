import { describe, expect, it } from '@jest/globals';
import { contract, messageOf } from '../testing/contract.js';
import { SAMPLE_CONTRACT } from '../testing/sample-contract.js';
import { refusalOf } from '../testing/serving.js';
import { createCodec } from './codec.js';

const registry = contract(SAMPLE_CONTRACT);
const codec = createCodec(registry, { alwaysEmitImplicit: false });
const any = messageOf(registry, 'google.protobuf.Any');
const round = (text: string): string => codec.encodeJson(any, codec.decodeJson(any, text)).toString();

describe('google.protobuf.Any', () => {
  it.each<[string, string]>([
    ['{}', '{}'],
    ['{"@type":"a/test.v1.Leaf","id":1}', '{"@type":"a/test.v1.Leaf","id":"1"}'],
    ['{"id":1,"@type":"a/test.v1.Leaf"}', '{"@type":"a/test.v1.Leaf","id":"1"}'],
    [
      '{"@type":"a/google.protobuf.Duration","value":"1s"}',
      '{"@type":"a/google.protobuf.Duration","value":"1s"}',
    ],
    [
      '{"value":"1s","@type":"a/google.protobuf.Duration"}',
      '{"@type":"a/google.protobuf.Duration","value":"1s"}',
    ],
    ['{"@type":"a/google.protobuf.Empty"}', '{"@type":"a/google.protobuf.Empty"}'],
    [
      '{"@type":"a/google.protobuf.Any","value":{"@type":"b/test.v1.Leaf"}}',
      '{"@type":"a/google.protobuf.Any","value":{"@type":"b/test.v1.Leaf"}}',
    ],
  ])('%s', (text, expected) => {
    expect(round(text)).toBe(expected);
  });

  it.each<[string, string]>([
    ['{"id":1}', 'FIELD_INVALID'],
    ['{"@type":1}', 'FIELD_INVALID'],
    ['{"@type":"test.v1.Leaf"}', 'ANY_TYPE_UNKNOWN'],
    ['{"@type":"a/test.v1.Nothing"}', 'ANY_TYPE_UNKNOWN'],
    ['{"@type":"a/test.v1.Leaf","@type":"a/test.v1.Leaf"}', 'FIELD_DUPLICATE'],
    ['{"@type":"a/google.protobuf.Duration","value":"1s","@type":"a/test.v1.Leaf"}', 'FIELD_DUPLICATE'],
    ['{"@type":"a/google.protobuf.Duration","value":"1s","value":"1s"}', 'FIELD_UNKNOWN'],
    ['{"@type":"a/google.protobuf.Duration"}', 'FIELD_INVALID'],
    ['{"@type":"a/google.protobuf.Duration","seconds":1}', 'FIELD_UNKNOWN'],
    ['{"@type":"a/test.v1.Leaf","nothing":1}', 'FIELD_UNKNOWN'],
    ['[]', 'FIELD_INVALID'],
  ])('%s is refused', (text, reason) => {
    expect(refusalOf(() => codec.decodeJson(any, text))).toMatchObject({ status: 400, reason });
  });

  it('may have its type after many members', () => {
    const members = Array.from({ length: 50 }, (_, index) => `"m${index}":"x"`).join(',');
    const lenient = codec.decodeJson(any, `{${members},"@type":"a/test.v1.Leaf"}`, {
      ignoreUnknownFields: true,
    });
    expect(codec.encodeJson(any, lenient).toString()).toBe('{"@type":"a/test.v1.Leaf"}');
  });

  it('is not read again for every level that it is in', () => {
    const text = Array.from({ length: 40 }).reduce<string>(
      (inner) => `{"value":${inner},"@type":"a/google.protobuf.Any"}`,
      `{"displayName":"${'x'.repeat(100_000)}","@type":"a/test.v1.Leaf"}`,
    );
    expect(refusalOf(() => codec.decodeJson(any, text))).toMatchObject({
      status: 400,
      reason: 'ANY_TYPE_TOO_LATE',
    });
  });
});
