import { parseArgs } from 'node:util';
import { allMet, renderFigures, writeFigures, type Figure } from '@gatehouse/report';
import { endPeers } from './peer.js';
import { guardBench } from './guard/guard-bench.js';
import { revocationsBench } from './revocation-list/revocations-bench.js';

/** The benches by name; each returns what it measured and leaves nothing behind. */
const BENCHES = new Map<string, () => Promise<readonly Figure[]>>([
  ['guard', guardBench],
  ['revocations', revocationsBench],
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
  const figures = await bench();
  console.log(renderFigures(figures));
  if (values.json !== undefined) await writeFigures(values.json, figures);
  process.exitCode = allMet(figures) ? 0 : 1;
}
