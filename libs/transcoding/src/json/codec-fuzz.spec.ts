import { describe, expect, it } from '@jest/globals';
import { contract } from '../testing/contract.js';
import { fuzzJson } from '../testing/fuzz.js';
import { SAMPLE_CONTRACT } from '../testing/sample-contract.js';
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
