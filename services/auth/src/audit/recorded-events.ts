import type { AuditEvent } from '@gatehouse/contracts/auth';
import { platformReasons, type FieldViolation } from '@gatehouse/errors';
import type { RecordedEvent } from './audit-event.store.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Longest texts, in characters; none may hold a control character. */
const MAX_LENGTHS = {
  action: 128,
  actor: 128,
  target: 128,
  outcome: 128,
  address: 64,
  traceId: 64,
  requestId: 64,
} as const;

const CONTROL = /\p{Cc}/u;

/**
 * Reads the events that a service hands over. The message is also what lists return, so the contract cannot say
 * which of its fields are asked for here.
 *
 * @throws AppError FIELD_INVALID
 */
export function readRecordedEvents(events: readonly AuditEvent[]): RecordedEvent[] {
  const violations = events.flatMap((event, index) => faultsOf(event, `audit_events[${index}]`));
  if (violations.length > 0) throw platformReasons.FIELD_INVALID({ violations });
  return events.map(({ id, occurTime, action, actor, target, outcome, address, traceId, requestId }) => ({
    id,
    occurTime: occurTime!,
    action,
    actor: actor === '' ? null : actor,
    target: target === '' ? null : target,
    outcome,
    address,
    traceId,
    requestId,
  }));
}

function faultsOf(event: AuditEvent, path: string): FieldViolation[] {
  const faults: FieldViolation[] = [];
  const fault = (field: string, description: string) =>
    faults.push({ field: `${path}.${field}`, description });
  if (!UUID.test(event.id)) fault('id', 'must be a UUID');
  if (event.occurTime === undefined || Number.isNaN(event.occurTime.getTime()))
    fault('occur_time', 'is required');
  if (event.action === '') fault('action', 'is required');
  if (event.outcome === '') fault('outcome', 'is required');
  for (const [name, length] of Object.entries(MAX_LENGTHS)) {
    const text = event[name as keyof typeof MAX_LENGTHS];
    if ([...text].length > length || CONTROL.test(text)) {
      fault(SNAKE[name as keyof typeof SNAKE] ?? name, `must have ${length} printable characters at most`);
    }
  }
  return faults;
}

/** Names of the contract that differ from the generated ones. */
const SNAKE = { traceId: 'trace_id', requestId: 'request_id' };
