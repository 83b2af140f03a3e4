import config from './jest.config.mjs';

// For specs that start systems of their own alone: none is shared.
const { globalSetup: _, globalTeardown: __, ...own } = config;

export default own;
