import { createCipheriv, createDecipheriv, hkdfSync, randomBytes, type CipherGCM } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { LastKnownRefused } from './last-known-refused.js';

/** Begins every file, and says which of the forms below it has. */
const MAGIC = Buffer.from('GHLK');
const VERSION = 1;

/** Magic, version, and when it was fresh: milliseconds since the epoch, 8 bytes, the most significant first. */
const HEADER_BYTES = 13;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** The key's purpose (RFC 5869, `info`): what is sealed for another one opens with no key of this. */
const PURPOSE = 'gatehouse last known';

/** Who may open what was sealed. */
export interface SealedFor {
  /** The service that knows it: all of its replicas, and no other. */
  readonly service: string;
  /** Whom it is about: the `iss`. */
  readonly issuer: string;
  /** What the service proves itself with towards auth: the key is derived from it. */
  readonly secret: string;
}

/**
 * Seals what a service knows: AES-256-GCM under a key that only the service can derive, for its name and the issuer
 * that it is about.
 *
 * Form: header, 12 bytes nonce, ciphertext, 16 bytes tag. The header is authenticated with the rest, and readable
 * without the key.
 */
export class Seal {
  readonly #key: Buffer;
  readonly #boundTo: Buffer;

  constructor({ service, issuer, secret }: SealedFor) {
    this.#key = Buffer.from(hkdfSync('sha256', secret, '', PURPOSE, 32));
    this.#boundTo = Buffer.from(JSON.stringify([service, issuer]));
  }

  /**
   * Seals parts as they come, and lets other work go on between them.
   *
   * @param freshAt milliseconds since the epoch, for everyone to read
   */
  async seal(freshAt: number, parts: Iterable<Uint8Array>): Promise<readonly Uint8Array[]> {
    const header = writeHeader(freshAt);
    const nonce = randomBytes(NONCE_BYTES);
    const cipher: CipherGCM = createCipheriv('aes-256-gcm', this.#key, nonce);
    cipher.setAAD(Buffer.concat([header, this.#boundTo]));
    const sealed: Uint8Array[] = [header, nonce];
    for (const part of parts) {
      sealed.push(cipher.update(part));
      await nextTurn();
    }
    return [...sealed, cipher.final(), cipher.getAuthTag()];
  }

  /** @throws LastKnownRefused NOT_SEALED, UNKNOWN_VERSION or NOT_OPENED */
  open(sealed: Buffer): Buffer {
    readFreshAt(sealed);
    const nonceEnd = HEADER_BYTES + NONCE_BYTES;
    if (sealed.length < nonceEnd + TAG_BYTES) throw new LastKnownRefused('NOT_SEALED');
    const nonce = sealed.subarray(HEADER_BYTES, nonceEnd);
    const decipher = createDecipheriv('aes-256-gcm', this.#key, nonce, { authTagLength: TAG_BYTES })
      .setAAD(Buffer.concat([sealed.subarray(0, HEADER_BYTES), this.#boundTo]))
      .setAuthTag(sealed.subarray(-TAG_BYTES));
    try {
      return Buffer.concat([decipher.update(sealed.subarray(nonceEnd, -TAG_BYTES)), decipher.final()]);
    } catch (cause) {
      throw new LastKnownRefused('NOT_OPENED', { cause });
    }
  }
}

/** How much of a file {@link readFreshAt} needs, in bytes. */
export const FRESH_AT_BYTES = HEADER_BYTES;

/**
 * When it says that it was fresh, in milliseconds since the epoch; true only once it was opened.
 *
 * @throws LastKnownRefused NOT_SEALED or UNKNOWN_VERSION
 */
export function readFreshAt(sealed: Buffer): number {
  const isSealed = sealed.length >= HEADER_BYTES && sealed.subarray(0, MAGIC.length).equals(MAGIC);
  if (!isSealed) throw new LastKnownRefused('NOT_SEALED');
  if (sealed[MAGIC.length] !== VERSION) throw new LastKnownRefused('UNKNOWN_VERSION');
  return Number(sealed.readBigUInt64BE(MAGIC.length + 1));
}

function writeHeader(freshAt: number): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  MAGIC.copy(header);
  header[MAGIC.length] = VERSION;
  header.writeBigUInt64BE(BigInt(Math.floor(freshAt)), MAGIC.length + 1);
  return header;
}
