import { factsOf, startOwnSystem } from '../own-system.js';
import { announceSystem } from '../shared-system.js';
import { systemOfThisRun } from './running.js';

/** Jest's globalSetup: the system that the specs share. */
export default async function globalSetup(): Promise<void> {
  systemOfThisRun.current = await startOwnSystem();
  announceSystem(factsOf(systemOfThisRun.current));
}
