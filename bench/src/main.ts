import { parseArgs } from 'node:util';
import { allMet, renderFigures } from '@gatehouse/report';
import { codecBench } from './codec/codec-bench.js';
import { credentialsBench } from './credentials/credentials-bench.js';
import { endToEndBench } from './end-to-end/end-to-end-bench.js';
import { feedBench } from './feed/feed-bench.js';
import { gatewayBench } from './gateway/gateway-bench.js';
import { memoryBench } from './gateway/memory-bench.js';
import { youngBench } from './gateway/young-bench.js';
import { guardBench } from './guard/guard-bench.js';
import { hopBench } from './hop/hop-bench.js';
import { writeOutcome, type Outcome } from './outcome.js';
import { endPeers } from './peer.js';
import { revocationsBench } from './revocation-list/revocations-bench.js';
import { startBench } from './start/start-bench.js';
import { storageBench } from './storage/storage-bench.js';

/** The benches by name; each returns what it measured and leaves nothing behind. Some can measure a part. */
const BENCHES = new Map<string, (only?: readonly string[]) => Promise<Outcome>>([
  ['codec', async () => ({ figures: await codecBench() })],
  ['credentials', credentialsBench],
  ['end-to-end', endToEndBench],
  ['feed', feedBench],
  ['gateway', gatewayBench],
  ['gateway-memory', memoryBench],
  ['gateway-young', youngBench],
  ['guard', async () => ({ figures: await guardBench() })],
  ['hop', async () => ({ figures: await hopBench() })],
  ['revocations', async () => ({ figures: await revocationsBench() })],
  ['start', startBench],
  ['storage', async () => ({ figures: await storageBench() })],
]);

/** Those whose contestants can be chosen. */
const IN_PARTS: ReadonlySet<string> = new Set(['gateway']);

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'string' }, only: { type: 'string' } },
});
const [name = ''] = positionals;
const bench = BENCHES.get(name);
if (bench === undefined || (values.only !== undefined && !IN_PARTS.has(name))) {
  console.error(`usage: npm run bench -- ${[...BENCHES.keys()].join('|')} [--json FILE]`);
  console.error(`       npm run bench -- ${[...IN_PARTS].join('|')} --only CONTESTANT,... [--json FILE]`);
  process.exitCode = 2;
} else {
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, endPeers);
  const outcome = await bench(values.only?.split(','));
  console.log(renderFigures(outcome.figures));
  if (outcome.pages?.['.md']) console.log(`\n${outcome.pages['.md']}`);
  if (values.json !== undefined) await writeOutcome(values.json, outcome);
  process.exitCode = allMet(outcome.figures) ? 0 : 1;
}
