// The specs share one running system, which starts before the first of them; those that break things start
// their own. src/lanes.ts says which of them run beside others.
const config = {
  rootDir: 'dist',
  testEnvironment: 'node',
  testMatch: ['<rootDir>/**/*.spec.js'],
  testPathIgnorePatterns: [
    // They need a container engine: npm run e2e -- --compose.
    '<rootDir>/compose/',
    // Proofs of the cluster in a short form, each with a system of its own: npm run e2e -- proofs.
    '<rootDir>/proofs/(replicas|rolling|issuer-down|overload|scale|hostile|database)/\\1\\.spec\\.js$',
  ],
  transform: {},
  testTimeout: 180_000,
  globalSetup: '<rootDir>/system/jest/global-setup.js',
  globalTeardown: '<rootDir>/system/jest/global-teardown.js',
};

export default config;
