import { ExternalSigningKey } from 'oidc-provider';
import type { PublicJwk } from '@gatehouse/tokens';
import { signEs256 } from '../signing-key/es256-signer.js';
import type { SigningKeys } from '../signing-key/signing-keys.js';

/** One of the issuer's keys, as the library signs and verifies ID tokens with it. It never holds the private part. */
export class IssuerKey extends ExternalSigningKey {
  constructor(
    private readonly keys: SigningKeys,
    private readonly jwk: PublicJwk,
  ) {
    super();
  }

  override get kid(): string {
    return this.jwk.kid;
  }

  override get alg(): string {
    return this.jwk.alg;
  }

  override get kty(): string {
    return this.jwk.kty;
  }

  override get crv(): string {
    return this.jwk.crv;
  }

  override get x(): string {
    return this.jwk.x;
  }

  override get y(): string {
    return this.jwk.y;
  }

  override keyObject() {
    const key = this.keys.find(this.jwk.kid);
    if (!key) throw new Error('the key is no longer in the key set');
    return key.publicKey;
  }

  /** @throws AppError KEYS_UNAVAILABLE for one that signs no more */
  override async sign(data: Uint8Array): Promise<Uint8Array> {
    const { privateKey } = await this.keys.signer(this.jwk.kid);
    return signEs256(privateKey, Buffer.from(data).toString('latin1'));
  }
}
