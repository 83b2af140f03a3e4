import { generateKeyPairSync, randomUUID } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { jwkThumbprint } from '@gatehouse/tokens';

export interface CorpusKey {
  readonly keyId: string;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

/** Names whose keys are in the key set that verifiers are given, next to the RSA key of another purpose. */
const PUBLISHED = ['active', 'second', 'retiring'] as const;

/** The keys that a corpus speaks of by name, made on first use and fresh for every run. */
export class CorpusKeys {
  readonly #keys = new Map<string, CorpusKey>();

  get(name: string): CorpusKey {
    let key = this.#keys.get(name);
    if (key === undefined) this.#keys.set(name, (key = makeKey(name)));
    return key;
  }

  /** The public JWK of a named key. */
  jwk(name: string): Record<string, unknown> {
    const { keyId, publicKey } = this.get(name);
    const alg = publicKey.asymmetricKeyType === 'rsa' ? 'RS256' : 'ES256';
    return { ...publicKey.export({ format: 'jwk' }), kid: keyId, alg, use: 'sig' };
  }

  /**
   * The key set of the issuer.
   *
   * @param additional JWKs that it holds besides
   */
  keySet(additional: readonly object[] = []): { keys: object[] } {
    return { keys: [...[...PUBLISHED, 'rsa'].map((name) => this.jwk(name)), ...additional] };
  }

  /**
   * Fills in what a case may name in its texts: `$kid:NAME`, `$KID:active` (the same in the other letter case) and
   * `$random`.
   */
  substitute(text: string): string {
    return text
      .replace(/\$kid:(\w+)/g, (_, name: string) => this.get(name).keyId)
      .replace(/\$KID:(\w+)/g, (_, name: string) => swapLetterCase(this.get(name).keyId))
      .replaceAll('$random', () => randomUUID());
  }
}

function makeKey(name: string): CorpusKey {
  const { publicKey, privateKey } = makePair(name);
  const { crv, x, y } = publicKey.export({ format: 'jwk' });
  const onCurve = crv !== undefined && x !== undefined && y !== undefined;
  return { keyId: onCurve ? jwkThumbprint({ crv, x, y }) : randomUUID(), publicKey, privateKey };
}

/** A name ends in what kind of key it is; P-256 when it says nothing. */
function makePair(name: string): { publicKey: KeyObject; privateKey: KeyObject } {
  if (/(^|-)rsa$/.test(name)) return generateKeyPairSync('rsa', { modulusLength: 2048 });
  if (name.endsWith('-ed')) return generateKeyPairSync('ed25519');
  return generateKeyPairSync('ec', { namedCurve: name.endsWith('-k1') ? 'secp256k1' : 'P-256' });
}

function swapLetterCase(text: string): string {
  const upper = text.toUpperCase();
  return upper === text ? text.toLowerCase() : upper;
}
