// `npm run e2e -- [--compose] [NAME]`: the journeys through the running system, all of them or those of one name.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runOnCluster, type RunSpecs } from './compose/run-on-cluster.js';
import { proveRecipe } from './recipe/recipe.js';

const PACKAGE = fileURLToPath(new URL('..', import.meta.url));
const JEST = fileURLToPath(new URL('../../node_modules/jest/bin/jest.js', import.meta.url));

/** The names, and the paths of the specs that each stands for. */
const SPECS = new Map([
  ['all', ''],
  ['matrix', 'dist/matrix/'],
  ['journeys', 'dist/journeys/'],
  ['delegation', 'dist/delegation/'],
  ['faults', 'dist/faults/'],
  ['revocation', 'dist/revocation/'],
  ['python', 'dist/journeys/python-client'],
  ['proofs', 'dist/proofs/'],
]);

/** With `--compose`: what runs on the images, or what shows in a minute that they are whole. */
const ON_CLUSTER = new Map([
  ['all', ''],
  ['matrix', 'dist/matrix/'],
  ['journeys', 'dist/journeys/'],
  ['smoke', 'dist/(compose/|journeys/(readme|rest-client)\\.)'],
]);

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { compose: { type: 'boolean', default: false } },
});
const [name = 'all', ...rest] = positionals;
const pattern = (values.compose ? ON_CLUSTER : SPECS).get(name);

if (rest.length > 0 || (pattern === undefined && (values.compose || name !== 'recipe'))) {
  console.error(`usage: npm run e2e -- [${[...SPECS.keys(), 'recipe'].join('|')}]`);
  console.error(`       npm run e2e -- --compose [${[...ON_CLUSTER.keys()].join('|')}]`);
  process.exitCode = 2;
} else if (pattern === undefined) {
  await proveRecipe((text) => console.log(`  ${text}`));
  console.log('the recipe of CONTRIBUTING.md holds');
} else if (values.compose) {
  process.exitCode = await runOnCluster((how) => runSpecs(pattern, how));
} else {
  process.exitCode = await runSpecs(pattern);
}

async function runSpecs(path: string, how?: Parameters<RunSpecs>[0]): Promise<number> {
  // What is given here stands for all that the configuration leaves out.
  const without = name === 'proofs' ? ['/dist/compose/'] : (how?.without ?? []);
  const ignored = without.map((one) => `--testPathIgnorePatterns=${one}`);
  const args = ['--experimental-vm-modules', JEST, '-c', 'jest.config.mjs', '--runInBand', path, ...ignored];
  const env = { ...process.env, ...(name === 'python' ? { E2E_PYTHON: 'required' } : {}) };
  const child = spawn(process.execPath, args, { cwd: PACKAGE, stdio: 'inherit', env });
  how?.signal.addEventListener('abort', () => child.kill());
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}
