import { crc32 } from 'node:zlib';
import { base62Length, decodeBase62, encodeBase62 } from './base62.js';

/** Where a key is good: `live` in production, `test` everywhere else. */
export type ApiKeyEnvironment = 'live' | 'test';

/** What the text of an API key says. */
export interface ApiKeyText {
  readonly environment: ApiKeyEnvironment;
  /** The key's ID: a UUID in lower case (RFC 9562, section 4). */
  readonly id: string;
  /** 32 random bytes. */
  readonly secret: Uint8Array;
}

const ID_BYTES = 16;
const SECRET_BYTES = 32;
const CHECKSUM_BYTES = 4;

const ID_DIGITS = base62Length(ID_BYTES);
const SECRET_DIGITS = base62Length(SECRET_BYTES);
const CHECKSUM_DIGITS = base62Length(CHECKSUM_BYTES);

const TEXT = new RegExp(
  `^gh_(live|test)_([0-9A-Za-z]{${ID_DIGITS}})_([0-9A-Za-z]{${SECRET_DIGITS}})([0-9A-Za-z]{${CHECKSUM_DIGITS}})$`,
);

/** How many characters every API key has. */
export const API_KEY_LENGTH = 'gh_live__'.length + ID_DIGITS + SECRET_DIGITS + CHECKSUM_DIGITS;

/** How many random bytes the secret of a key has. */
export const API_KEY_SECRET_BYTES = SECRET_BYTES;

/**
 * Writes an API key: `gh_<environment>_<id>_<secret><checksum>`, each part in base62 of a fixed length, so that
 * a scanner finds it in any text and a double click selects it whole. The checksum is the CRC-32 (ITU-T V.42)
 * of all characters before it.
 *
 * @throws RangeError when the ID is no UUID in lower case or the secret has another length
 */
export function formatApiKey({ environment, id, secret }: ApiKeyText): string {
  const idBytes = Buffer.from(id.replaceAll('-', ''), 'hex');
  if (idBytes.length !== ID_BYTES || toUuid(idBytes) !== id)
    throw new RangeError('the ID of an API key must be a UUID');
  if (secret.length !== SECRET_BYTES) throw new RangeError(`the secret must have ${SECRET_BYTES} bytes`);
  const body = `gh_${environment}_${encodeBase62(idBytes)}_${encodeBase62(secret)}`;
  return body + checksumOf(body);
}

/**
 * Reads an API key; undefined when it is none or was mistyped. A key has one text: two different texts are never
 * the same key. Proves nothing: anybody can compute the checksum.
 */
export function parseApiKey(text: string): ApiKeyText | undefined {
  if (text.length !== API_KEY_LENGTH) return undefined;
  const [, environment, idText = '', secretText = '', checksum = ''] = TEXT.exec(text) ?? [];
  if (environment !== 'live' && environment !== 'test') return undefined;
  if (checksumOf(text.slice(0, -CHECKSUM_DIGITS)) !== checksum) return undefined;
  const id = decodeBase62(idText, ID_BYTES);
  const secret = decodeBase62(secretText, SECRET_BYTES);
  return id && secret && { environment, id: toUuid(id), secret };
}

function checksumOf(body: string): string {
  const bytes = Buffer.alloc(CHECKSUM_BYTES);
  bytes.writeUInt32BE(crc32(body));
  return encodeBase62(bytes);
}

function toUuid(bytes: Buffer): string {
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
