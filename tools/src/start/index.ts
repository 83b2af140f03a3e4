export { type ChildExit } from './child-service.js';
export { DEMO_ACCOUNTS, demoAccount, type DemoAccount } from '../seed/accounts.js';
export { healthPort, type Ports, type StartOptions } from './config.js';
export { freePort, freePorts } from './free-ports.js';
export { StartFault } from './start-fault.js';
export { type RunningSystem, type StartHooks, startSystem, type SystemAddresses } from './start-system.js';
export { type System } from './system.js';
