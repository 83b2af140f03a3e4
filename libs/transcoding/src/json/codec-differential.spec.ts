import { describe, it } from '@jest/globals';
import { contract, messageOf } from '../testing/contract.js';
import { COMPARED_TYPES, compareWithOracle } from '../testing/differential.js';
import { SAMPLE_CONTRACT } from '../testing/sample-contract.js';
import { createCodec } from './codec.js';

// `npm run differential -- 100000` compares as many as one likes.
const MESSAGES_PER_TYPE = 2000;

describe('the codec reads and writes what protobuf-es reads and writes', () => {
  const registry = contract(SAMPLE_CONTRACT);
  const codec = createCodec(registry);

  it.each(COMPARED_TYPES)('%s', (name) => {
    compareWithOracle(registry, codec, messageOf(registry, name), { from: 1, count: MESSAGES_PER_TYPE });
  });
});
