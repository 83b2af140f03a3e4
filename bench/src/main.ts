import { parseArgs } from 'node:util';
import { allMet, renderFigures } from '@gatehouse/report';
import { codecBench } from './codec/codec-bench.js';
import { credentialsBench } from './credentials/credentials-bench.js';
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

/** The benches by name; each returns what it measured and leaves nothing behind. */
const BENCHES = new Map<string, () => Promise<Outcome>>([
  ['codec', async () => ({ figures: await codecBench() })],
  ['credentials', credentialsBench],
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

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'string' } },
});
const bench = BENCHES.get(positionals[0] ?? '');
if (bench === undefined) {
  console.error(`usage: npm run bench -- ${[...BENCHES.keys()].join('|')} [--json FILE]`);
  process.exitCode = 2;
} else {
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, endPeers);
  const outcome = await bench();
  console.log(renderFigures(outcome.figures));
  if (outcome.pages?.['.md']) console.log(`\n${outcome.pages['.md']}`);
  if (values.json !== undefined) await writeOutcome(values.json, outcome);
  process.exitCode = allMet(outcome.figures) ? 0 : 1;
}
