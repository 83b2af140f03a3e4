import type { OwnSystem } from '../own-system.js';

/** Jest loads setup and teardown in the same process but hands nothing from one to the other. */
export const systemOfThisRun: { current?: OwnSystem } = {};
