import type { AuditEvent } from '@gatehouse/contracts/auth';

/**
 * Returns an event as a line of JSON, with its line feed, in the form of `GET /v1/auditEvents:export`. JSON escapes
 * control characters, so that one event is one line whatever it holds.
 */
export function toJsonLine({ id, sequence, ...others }: AuditEvent): string {
  // 64-bit numbers are text in the JSON form of protocol buffers.
  return `${JSON.stringify({ id, sequence: sequence.toString(), ...others })}\n`;
}
