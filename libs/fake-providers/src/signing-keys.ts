import { exportJWK, generateKeyPair, type CryptoKey, type JWK, SignJWT } from 'jose';

const ALG = 'RS256';

interface SigningKey {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly privateJwk: JWK;
  readonly publicJwk: JWK;
}

/** The signing keys of a fake provider: one at a time. */
export class SigningKeys {
  #current: SigningKey;
  #made = 1;

  private constructor(first: SigningKey) {
    this.#current = first;
  }

  static async create(): Promise<SigningKeys> {
    return new SigningKeys(await newKey('key-1'));
  }

  get current(): SigningKey {
    return this.#current;
  }

  /** From now on another key signs, and the one before is published no more. */
  async rotate(): Promise<void> {
    this.#made += 1;
    this.#current = await newKey(`key-${this.#made}`);
  }
}

/** A JWT under a key of this ID. */
export function sign(
  claims: Readonly<Record<string, unknown>>,
  { kid, privateKey }: SigningKey,
): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg: ALG, kid }).sign(privateKey);
}

async function newKey(kid: string): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(ALG, { extractable: true });
  const more = { kid, alg: ALG, use: 'sig' };
  const privateJwk = { ...(await exportJWK(privateKey)), ...more };
  const publicJwk = { ...(await exportJWK(publicKey)), ...more };
  return { kid, privateKey, privateJwk, publicJwk };
}

/** A key that nobody publishes, under an ID such as that of one that somebody does. */
export function strangersKey(kid: string): Promise<SigningKey> {
  return newKey(kid);
}
