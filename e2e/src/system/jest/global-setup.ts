import { factsOf, startOwnSystem } from '../own-system.js';
import { announceSystem, isSystemAnnounced } from '../shared-system.js';
import { systemOfThisRun } from './running.js';

/** Jest's globalSetup: the system that the specs share, unless whoever runs them has started it. */
export default async function globalSetup(): Promise<void> {
  if (isSystemAnnounced()) return;
  systemOfThisRun.current = await startOwnSystem({ social: true });
  announceSystem(factsOf(systemOfThisRun.current));
}
