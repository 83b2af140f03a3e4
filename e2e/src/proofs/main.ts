// `npm run proof -- NAME`: what is promised of the running system, shown by a run that could show the opposite.
import { parseArgs } from 'node:util';
import { allMet, renderFigures, writeFigures, type Figure } from '@gatehouse/report';
import { credentialsProof } from './credentials/credentials-proof.js';

/** The proofs by name; each returns what it found and leaves nothing behind. */
const PROOFS = new Map<string, () => Promise<readonly Figure[]>>([['credentials', credentialsProof]]);

const { positionals, values } = parseArgs({ allowPositionals: true, options: { json: { type: 'string' } } });
const proof = PROOFS.get(positionals[0] ?? '');
if (proof === undefined) {
  console.error(`usage: npm run proof -- ${[...PROOFS.keys()].join('|')} [--json FILE]`);
  process.exitCode = 2;
} else {
  const figures = await proof();
  console.log(renderFigures(figures));
  if (values.json !== undefined) await writeFigures(values.json, figures);
  process.exitCode = allMet(figures) ? 0 : 1;
}
