// `npm run proof -- NAME`: what is promised of the running system, shown by a run that could show the opposite.
import { parseArgs } from 'node:util';
import { allMet, renderFigures, writeFigures, type Figure } from '@gatehouse/report';
import { credentialsProof } from './credentials/credentials-proof.js';
import { databaseProof } from './database/database-proof.js';
import { historiesProof } from './histories/histories-proof.js';
import { hostileProof } from './hostile/hostile-proof.js';
import { issuerDownProof } from './issuer-down/issuer-down-proof.js';
import { overloadProof } from './overload/overload-proof.js';
import { partitionProof } from './partition/partition-proof.js';
import { replicasProof } from './replicas/replicas-proof.js';
import { revocationProof } from './revocation/revocation-proof.js';
import { rollingProof } from './rolling/rolling-proof.js';
import { rotationProof } from './rotation/rotation-proof.js';
import { scaleProof } from './scale/scale-proof.js';

/** Where a proof may leave more than figures. */
interface Outputs {
  readonly chartFile?: string;
  readonly delaysFile?: string;
}

/** The proofs by name; each returns what it found and leaves nothing behind. */
const PROOFS = new Map<string, (outputs: Outputs) => Promise<readonly Figure[]>>([
  ['credentials', credentialsProof],
  ['revocation', revocationProof],
  ['partition', partitionProof],
  ['rotation', rotationProof],
  ['histories', historiesProof],
  ['replicas', replicasProof],
  ['rolling', rollingProof],
  ['scale', scaleProof],
  ['overload', overloadProof],
  ['hostile', hostileProof],
  ['issuer-down', issuerDownProof],
  ['database', databaseProof],
]);

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'string' }, chart: { type: 'string' }, delays: { type: 'string' } },
});
const proof = PROOFS.get(positionals[0] ?? '');
if (proof === undefined) {
  console.error(
    `usage: npm run proof -- ${[...PROOFS.keys()].join('|')} [--json FILE] [--chart FILE] [--delays FILE]`,
  );
  process.exitCode = 2;
} else {
  const figures = await proof({ chartFile: values.chart, delaysFile: values.delays });
  console.log(renderFigures(figures));
  if (values.json !== undefined) await writeFigures(values.json, figures);
  process.exitCode = allMet(figures) ? 0 : 1;
}
