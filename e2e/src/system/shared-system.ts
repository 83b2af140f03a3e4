import type { SystemFacts } from './system-facts.js';

/** Set by the global setup for the specs, which may run in other processes: the facts as JSON. */
const FACTS = 'GATEHOUSE_E2E_SYSTEM';

/**
 * The system that the specs of one run share. They may do anything that its users may do, and nothing that would
 * disturb another spec.
 */
export function sharedSystem(): SystemFacts {
  const text = process.env[FACTS];
  if (text === undefined) throw new Error('no system was started: run the specs through e2e/jest.config.mjs');
  return JSON.parse(text) as SystemFacts;
}

/** Whether this run has a system. */
export function isSystemAnnounced(): boolean {
  return process.env[FACTS] !== undefined;
}

export function announceSystem(facts: SystemFacts): void {
  Object.assign(process.env, announcementOf(facts));
}

/** What tells another process, in its environment, which system its specs share. */
export function announcementOf(facts: SystemFacts): Readonly<Record<string, string>> {
  return { [FACTS]: JSON.stringify(facts) };
}
