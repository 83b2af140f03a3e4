import { parseArgs } from 'node:util';
import { createCodec } from '../json/codec.js';
import { contract, messageOf } from './contract.js';
import { COMPARED_TYPES, compareWithOracle } from './differential.js';
import { fuzzJson, fuzzQuery } from './fuzz.js';
import { LIBRARY, LIST_PARAMETERS } from './library-contract.js';
import { SAMPLE_CONTRACT } from './sample-contract.js';
import { Serving } from './serving.js';

// `npm run long-run -w @gatehouse/transcoding -- [--messages 100000] [--texts 1000000] [--from SEED]`: what the specs
// do in small, for as long as one likes. Ends with an exception that names the seed of the first difference.
const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '100000' },
    texts: { type: 'string', default: '1000000' },
    from: { type: 'string', default: '1' },
  },
});
const from = Number(values.from);
const registry = contract(SAMPLE_CONTRACT);
const codec = createCodec(registry);

for (const name of COMPARED_TYPES) {
  const started = performance.now();
  compareWithOracle(registry, codec, messageOf(registry, name), { from, count: Number(values.messages) });
  console.log(`${name}: ${values.messages} messages equal in ${Math.round(performance.now() - started)} ms`);
}
const outcome = fuzzJson(registry, codec, { from, count: Number(values.texts) });
console.log(`${values.texts} broken texts: ${JSON.stringify(outcome)}`);

const library = new Serving(LIBRARY);
const accepted = fuzzQuery(
  (query) => library.message({ target: `/v1/shelves/1/books?${query}` }),
  LIST_PARAMETERS,
  { from, count: Number(values.texts) },
);
console.log(`${values.texts} broken queries: ${accepted} accepted`);
