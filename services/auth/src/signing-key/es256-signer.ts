import { sign, type KeyObject } from 'node:crypto';

/** Bytes of one of the two integers of an ES256 signature (RFC 7518, section 3.4). */
const INTEGER_BYTES = 32;

/**
 * Signs with ES256. The signature is made as DER and converted here: on Node 24 `dsaEncoding: 'ieee-p1363'`
 * costs three times as much as the signature itself.
 *
 * @returns r and s, 64 bytes
 */
export function signEs256(privateKey: KeyObject, text: string): Buffer {
  const der = sign('sha256', Buffer.from(text), privateKey);
  const raw = Buffer.alloc(2 * INTEGER_BYTES);
  // SEQUENCE, length, INTEGER, length, r, INTEGER, length, s; all lengths fit one byte (RFC 3279, section 2.2.3).
  const rLength = der[3]!;
  const sAt = 4 + rLength + 2;
  writeInteger(raw, INTEGER_BYTES, der.subarray(4, 4 + rLength));
  writeInteger(raw, 2 * INTEGER_BYTES, der.subarray(sAt, sAt + der[sAt - 1]!));
  return raw;
}

/** Writes an integer so that it ends before `end`, without the zero byte that keeps a DER integer positive. */
function writeInteger(raw: Buffer, end: number, integer: Buffer): void {
  const digits = integer.length > INTEGER_BYTES ? integer.subarray(integer.length - INTEGER_BYTES) : integer;
  digits.copy(raw, end - digits.length);
}
