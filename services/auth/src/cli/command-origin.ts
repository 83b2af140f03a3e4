import { randomBytes, randomUUID } from 'node:crypto';
import type { Origin } from '../audit/audit-event.store.js';

/** The origin of what an operator does at a shell. */
export function commandOrigin(action: string): Origin {
  return {
    action,
    actor: 'operator',
    traceId: randomBytes(16).toString('hex'),
    requestId: randomUUID(),
  };
}
