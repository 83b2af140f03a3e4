import type { IncomingMessage } from 'node:http';
import { authReasons } from '../reasons.js';

const FORM_TYPE = /^application\/x-www-form-urlencoded\s*(?:;|$)/i;

/** The largest form, in bytes. */
const MAX_FORM_BYTES = 64 * 1024;

/**
 * Reads the fields of a form, none of which may stand twice or hold what no text of the database can.
 *
 * @throws AppError FORM_MALFORMED
 */
export async function readForm(request: IncomingMessage): Promise<ReadonlyMap<string, string>> {
  if (!FORM_TYPE.test(request.headers['content-type'] ?? '')) throw authReasons.FORM_MALFORMED();
  const fields = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(await readText(request))) {
    if (fields.has(name) || value.includes('\0')) throw authReasons.FORM_MALFORMED();
    fields.set(name, value);
  }
  return fields;
}

/** The body of a request as text. @throws AppError FORM_MALFORMED */
export async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > MAX_FORM_BYTES) throw authReasons.FORM_MALFORMED();
      chunks.push(chunk);
    }
  } catch (cause) {
    throw authReasons.FORM_MALFORMED({ cause });
  }
  return Buffer.concat(chunks).toString();
}
