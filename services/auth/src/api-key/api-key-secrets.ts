import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { API_KEY_SECRET_BYTES, formatApiKey, parseApiKey, type ApiKeyEnvironment } from '@gatehouse/api-key';

/** What the database knows of a key's text. */
export interface PresentedApiKey {
  readonly id: string;
  /** SHA-256 of the secret. A hash without salt is enough for 256 random bits. */
  readonly secretHash: Buffer;
}

/** A new key, with the text that its maker sees once. */
export interface MadeApiKey extends PresentedApiKey {
  readonly text: string;
}

/** Makes and reads the texts of API keys. */
export class ApiKeySecrets {
  /** @param environment a key says where it was made, and is good nowhere else */
  constructor(private readonly environment: ApiKeyEnvironment) {}

  make(): MadeApiKey {
    const id = randomUUID();
    const secret = randomBytes(API_KEY_SECRET_BYTES);
    return {
      id,
      secretHash: sha256(secret),
      text: formatApiKey({ environment: this.environment, id, secret }),
    };
  }

  /** Undefined when no key can have this text: mistyped, or of another environment. */
  read(text: string): PresentedApiKey | undefined {
    const said = parseApiKey(text);
    if (said?.environment !== this.environment) return undefined;
    return { id: said.id, secretHash: sha256(said.secret) };
  }
}

function sha256(secret: Uint8Array): Buffer {
  return createHash('sha256').update(secret).digest();
}
