// npm run k8s -w @gatehouse/e2e -- [--namespace NAME] [--only TEXT] [--json FILE] [--faults] [-- KUBECTL ...]
//
// Scales, deletes, crashes, restarts and rolls back what runs in a namespace of a cluster, while a pod in it signs in, reads
// and writes by way of the gateway. The overlay dev has to be there (deploy/README.md). KUBECTL is the client's command
// line, `kubectl` unless given; TEXT is in the names of the ordeals to run.
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { allMet, renderFigures, writeFigures } from '@gatehouse/report';
import { Kubectl } from './kubectl.js';
import type { LoadAccount } from './load-pod.js';
import { ORDEALS } from './ordeals.js';
import { faultsOf, figuresOf } from './phase-figures.js';
import { runOrdeals } from './run-ordeals.js';

/** The accounts that the overlay seeds; the admin may write, and has a profile. */
const ACCOUNTS = new URL('../../../deploy/k8s/overlays/dev/services/demo-accounts.json', import.meta.url);

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    namespace: { type: 'string', default: 'gatehouse' },
    only: { type: 'string', default: '' },
    json: { type: 'string' },
    faults: { type: 'boolean', default: false },
  },
});
const accounts = JSON.parse(await readFile(ACCOUNTS, 'utf8')) as readonly (LoadAccount & {
  readonly roles: readonly string[];
})[];
const admin = accounts.find(({ roles }) => roles.includes('admin'));
if (!admin) throw new Error('the demo accounts have no admin');

const kubectl = new Kubectl(positionals.length > 0 ? positionals : ['kubectl'], values.namespace);
const ordeals = ORDEALS.filter(({ name }) => name.includes(values.only));
const { phases, log } = await runOrdeals(kubectl, admin, ordeals, (line) => console.log(`  ${line}`));
const figures = figuresOf(phases, log);
console.log(renderFigures(figures));
if (values.faults) for (const [fault, times] of faultsOf(phases, log)) console.log(`${times} ${fault}`);
// npm goes to the package first; who asks for a file means the folder that they are in.
if (values.json !== undefined)
  await writeFigures(resolve(process.env['INIT_CWD'] ?? '', values.json), figures);
process.exitCode = allMet(figures) ? 0 : 1;
