// `npm run e2e -- [NAME]`: the journeys through the running system, all of them or those of one name.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { proveRecipe } from './recipe/recipe.js';

const PACKAGE = fileURLToPath(new URL('..', import.meta.url));
const JEST = fileURLToPath(new URL('../../node_modules/jest/bin/jest.js', import.meta.url));

/** The names, and the paths of the specs that each stands for. */
const SPECS = new Map([
  ['all', ''],
  ['matrix', 'dist/matrix/'],
  ['journeys', 'dist/journeys/'],
  ['faults', 'dist/faults/'],
  ['revocation', 'dist/revocation/'],
  ['python', 'dist/journeys/python-client'],
]);

const [name = 'all', ...rest] = process.argv.slice(2);
const pattern = SPECS.get(name);
if (rest.length > 0 || (pattern === undefined && name !== 'recipe')) {
  console.error(`usage: npm run e2e -- [${[...SPECS.keys(), 'recipe'].join('|')}]`);
  process.exitCode = 2;
} else if (pattern === undefined) {
  await proveRecipe((text) => console.log(`  ${text}`));
  console.log('the recipe of CONTRIBUTING.md holds');
} else {
  process.exitCode = runSpecs(pattern);
}

function runSpecs(path: string): number {
  const args = ['--experimental-vm-modules', JEST, '-c', 'jest.config.mjs', '--runInBand', path];
  const env = { ...process.env, ...(name === 'python' ? { E2E_PYTHON: 'required' } : {}) };
  return spawnSync(process.execPath, args, { cwd: PACKAGE, stdio: 'inherit', env }).status ?? 1;
}
