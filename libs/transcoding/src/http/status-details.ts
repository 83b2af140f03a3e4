import type { FieldViolation } from '../transcoding-error.js';
import { WireReader } from '../wire/wire-reader.js';
import { tagOf, WireType } from '../wire/wire-writer.js';

/** What the details of a google.rpc.Status say that HTTP has a place for. */
export interface StatusDetails {
  readonly code: number;
  readonly message: string;
  /** google.rpc.ErrorInfo */
  readonly reason?: string;
  readonly domain?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  /** google.rpc.BadRequest */
  readonly violations: readonly FieldViolation[];
  /** google.rpc.RetryInfo, in seconds, rounded up. */
  readonly retryAfterSeconds?: number;
}

/** A field on the wire: a number for a varint, bytes for a length-delimited one. */
type Visit = (number: number, value: number | Buffer) => void;

/**
 * Reads a google.rpc.Status, the content of `grpc-status-details-bin`. The messages are few and frozen
 * (google/rpc/error_details.proto), so they are read by their field numbers and need no descriptors.
 *
 * @throws TranscodingError REPLY_MALFORMED (500)
 */
export function readStatusDetails(bytes: Uint8Array): StatusDetails {
  let code = 0;
  let message = '';
  let found: Partial<StatusDetails> = {};
  each(bytes, (number, value) => {
    if (number === 1) code = Number(value);
    else if (number === 2) message = text(value);
    else if (number === 3 && value instanceof Buffer) found = { ...found, ...readDetail(value) };
  });
  return { violations: [], ...found, code, message };
}

function readDetail(any: Uint8Array): Partial<StatusDetails> {
  let type = '';
  let value: Uint8Array = new Uint8Array();
  each(any, (number, field) => {
    if (number === 1) type = text(field);
    else if (number === 2 && field instanceof Buffer) value = field;
  });
  switch (type.slice(type.lastIndexOf('/') + 1)) {
    case 'google.rpc.ErrorInfo':
      return readErrorInfo(value);
    case 'google.rpc.BadRequest':
      return { violations: readViolations(value) };
    case 'google.rpc.RetryInfo':
      return readRetryInfo(value);
    default:
      return {};
  }
}

function readErrorInfo(bytes: Uint8Array): Partial<StatusDetails> {
  let reason = '';
  let domain = '';
  const metadata: [string, string][] = [];
  each(bytes, (number, value) => {
    if (number === 1) reason = text(value);
    else if (number === 2) domain = text(value);
    else if (number === 3 && value instanceof Buffer) metadata.push(readPair(value));
  });
  return { reason, domain, metadata: Object.fromEntries(metadata) };
}

function readViolations(bytes: Uint8Array): FieldViolation[] {
  const violations: FieldViolation[] = [];
  each(bytes, (number, value) => {
    if (number !== 1 || !(value instanceof Buffer)) return;
    const [field, description] = readPair(value);
    violations.push({ field, description });
  });
  return violations;
}

function readRetryInfo(bytes: Uint8Array): Partial<StatusDetails> {
  let seconds = 0;
  let nanos = 0;
  each(bytes, (number, value) => {
    if (number !== 1 || !(value instanceof Buffer)) return;
    each(value, (part, amount) => {
      if (part === 1) seconds = Number(amount);
      else if (part === 2) nanos = Number(amount);
    });
  });
  return { retryAfterSeconds: Math.max(0, seconds + (nanos > 0 ? 1 : 0)) };
}

/** Two strings under the numbers 1 and 2. */
function readPair(bytes: Uint8Array): [string, string] {
  let first = '';
  let second = '';
  each(bytes, (number, value) => {
    if (number === 1) first = text(value);
    else if (number === 2) second = text(value);
  });
  return [first, second];
}

function text(value: number | Buffer): string {
  return value instanceof Buffer ? value.toString('utf8') : '';
}

function each(bytes: Uint8Array, visit: Visit): void {
  const reader = new WireReader(bytes);
  while (reader.at < reader.length) {
    const tag = reader.varint32();
    const number = tag >>> 3;
    if (tag === tagOf(number, WireType.LEN)) visit(number, reader.payload());
    else if (tag === tagOf(number, WireType.VARINT))
      visit(number, Number(BigInt.asIntN(64, BigInt(reader.varint()))));
    else reader.skip(tag);
  }
}
