import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';

const KEY_ID_BYTES = 8;
const IV_BYTES = 12;
const TAG_BYTES = 16;

interface SealingKey {
  readonly id: Buffer;
  readonly key: Buffer;
}

/**
 * Seals private keys for the database: AES-256-GCM under a key that the database never sees. What is sealed
 * for one key ID opens under no other, and says which sealing key it needs.
 *
 * Form: 8 bytes ID of the sealing key, 12 bytes nonce, 16 bytes tag, ciphertext.
 */
export class Sealing {
  readonly #current: SealingKey;
  readonly #keys: readonly SealingKey[];

  /** @param previous still opens what it has sealed */
  constructor(secret: Uint8Array, previous?: Uint8Array) {
    this.#current = sealingKey(secret);
    this.#keys = previous ? [this.#current, sealingKey(previous)] : [this.#current];
  }

  seal(plain: Uint8Array, name: string): Buffer {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#current.key, iv).setAAD(Buffer.from(name));
    const ciphertext = Buffer.concat([cipher.update(plain), cipher.final()]);
    return Buffer.concat([this.#current.id, iv, cipher.getAuthTag(), ciphertext]);
  }

  /** @throws Error when it was sealed with another key, for another name, or was changed */
  open(sealed: Uint8Array, name: string): Buffer {
    const bytes = Buffer.from(sealed);
    const id = bytes.subarray(0, KEY_ID_BYTES);
    const sealingKey = this.#keys.find((candidate) => candidate.id.equals(id));
    if (!sealingKey) throw new Error(`${name} is sealed with another key: ${id.toString('hex')}`);
    const ivEnd = KEY_ID_BYTES + IV_BYTES;
    const iv = bytes.subarray(KEY_ID_BYTES, ivEnd);
    const decipher = createDecipheriv('aes-256-gcm', sealingKey.key, iv, { authTagLength: TAG_BYTES })
      .setAAD(Buffer.from(name))
      .setAuthTag(bytes.subarray(ivEnd, ivEnd + TAG_BYTES));
    return Buffer.concat([decipher.update(bytes.subarray(ivEnd + TAG_BYTES)), decipher.final()]);
  }
}

function sealingKey(secret: Uint8Array): SealingKey {
  const key = deriveKey(secret, 'gatehouse signing key sealing');
  return { id: createHash('sha256').update(key).digest().subarray(0, KEY_ID_BYTES), key };
}

/** One secret, a key for each purpose (RFC 5869). @returns 32 bytes */
export function deriveKey(secret: Uint8Array, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', purpose, 32));
}
