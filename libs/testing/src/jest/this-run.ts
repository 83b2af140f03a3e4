import type { DatabaseBroker } from './database-broker.js';

/** Jest loads setup and teardown in the same process but hands nothing from one to the other. */
export const brokerOfThisRun: { current?: DatabaseBroker } = {};
