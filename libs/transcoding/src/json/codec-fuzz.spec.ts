import { describe, expect, it } from '@jest/globals';
import { contract } from '../testing/contract.js';
import { fuzzJson, fuzzQuery } from '../testing/fuzz.js';
import { LIBRARY, LIST_PARAMETERS } from '../testing/library-contract.js';
import { SAMPLE_CONTRACT } from '../testing/sample-contract.js';
import { Serving } from '../testing/serving.js';
import { createCodec } from './codec.js';

describe('broken JSON', () => {
  it('is refused with a 400, or read as protobuf-es reads it', () => {
    const registry = contract(SAMPLE_CONTRACT);
    const outcome = fuzzJson(registry, createCodec(registry), { from: 1, count: 5_000 });
    // A fuzzer that breaks everything, or nothing, proves nothing.
    expect(outcome.bothAccept).toBeGreaterThan(500);
    expect(outcome.bothRefuse).toBeGreaterThan(500);
  });
});

describe('broken queries', () => {
  it('are refused with a 400, or read', () => {
    const library = new Serving(LIBRARY);
    const decode = (query: string): unknown => library.message({ target: `/v1/shelves/1/books?${query}` });
    const accepted = fuzzQuery(decode, LIST_PARAMETERS, { from: 1, count: 5_000 });
    expect(accepted).toBeGreaterThan(500);
    expect(accepted).toBeLessThan(4_500);
  });
});
