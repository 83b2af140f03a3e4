// Jest runs what tsc compiled: the tests exercise the very files that ship.
export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/**/*.spec.js'],
  transform: {},
  testTimeout: 30_000,
};
