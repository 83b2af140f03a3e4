import type { NewRevocation } from '../revocation/revocation.store.js';

/** What verifiers are told of grants that have ended. */
export function grantRevocations(ids: readonly string[]): NewRevocation[] {
  return ids.map((key) => ({ kind: 'grant', key }));
}
