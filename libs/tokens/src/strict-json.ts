import { hasPlainMembers } from './member-scan.js';
import type { RejectionReason } from './rejection-reason.js';
import { TokenRejected } from './token-rejected.js';

/** A parsed JSON object whose members nobody has looked at yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** `ignoreBOM` keeps a byte order mark in the text, where `JSON.parse` refuses it; without it the mark would vanish. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads one JSON object strictly: valid UTF-8, no byte order mark, RFC 8259 grammar, an object at the top, and
 * members as `hasPlainMembers` demands.
 *
 * @param fault reason of the refusal
 * @throws TokenRejected with `fault`
 */
export function readStrictObject(bytes: Uint8Array, fault: RejectionReason): JsonObject {
  let text: string;
  let value: unknown;
  try {
    text = utf8.decode(bytes);
    value = JSON.parse(text);
  } catch {
    throw new TokenRejected(fault);
  }
  if (!isJsonObject(value) || !hasPlainMembers(text)) throw new TokenRejected(fault);
  return value;
}

/** Whether a parsed JSON value is an object: not null, not an array, not a scalar. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
