import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

// Jest runs what tsc compiled: the tests exercise the very files that ship.
const config = {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/**/*.spec.js'],
  transform: {},
  // A safety net: how long anything takes is a matter of what else the machine does.
  testTimeout: 120_000,
  // Modules of suites that are over stay in memory. A process with 2 GB of them takes longer to end than jest waits,
  // and is taken for one that something was left open in.
  workerIdleMemoryLimit: '1GB',
};

// Packages that use @gatehouse/testing get its real PostgreSQL, which starts when the first suite asks for one.
// The others neither build it nor wait for it.
const { name, dependencies, devDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
const testing = '@gatehouse/testing';
if (name === testing || testing in { ...dependencies, ...devDependencies }) {
  const setup = (file) => fileURLToPath(new URL(`libs/testing/dist/jest/${file}.js`, import.meta.url));
  config.globalSetup = setup('global-setup');
  config.globalTeardown = setup('global-teardown');
}

export default config;
