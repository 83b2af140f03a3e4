import { generateKeyPairSync, hash, randomUUID, type KeyObject } from 'node:crypto';
import { jwkThumbprint } from '@gatehouse/tokens';
import { signWith } from '../signing-forms.js';
import type { Scene } from './scenes.js';
import { callUnary, claimsOf, LIST_USERS, type Stage } from './stage.js';

/**
 * What is wrong with a proof of possession (DPoP, RFC 9449). Over gRPC alone: the gateway has an access token unbound, for
 * which there has to be an account, and the subject of a corpus has none.
 */
export const proofScenes = {
  'dpop:replay': async (stage, build) => {
    const key = new ProofKey();
    const accessToken = build({ cnf: { jkt: key.thumbprint } });
    const proof = key.prove(accessToken);
    requireOk(await present(stage, accessToken, proof));
    return { grpc: await present(stage, accessToken, proof) };
  },

  'dpop:ath': async (stage, build) => {
    const key = new ProofKey();
    const cnf = { jkt: key.thumbprint };
    const [accessToken, other] = [build({ cnf }), build({ cnf, jti: randomUUID() })];
    requireOk(await present(stage, accessToken, key.prove(accessToken)));
    return { grpc: await present(stage, other, key.prove(accessToken)) };
  },
} satisfies Record<string, Scene>;

function present({ clients }: Stage, accessToken: string, proof: string): Promise<string> {
  const fields = [
    ['authorization', `DPoP ${accessToken}`],
    ['dpop', proof],
  ] as const;
  return callUnary(clients[LIST_USERS.service], LIST_USERS.path, fields);
}

/** @throws Error when it is anything else: what follows would prove nothing */
function requireOk(answer: string): void {
  if (answer !== 'OK') throw new Error(`a good proof was answered ${answer}`);
}

/** A key of somebody who calls. */
class ProofKey {
  readonly #jwk: { readonly kty: 'EC'; readonly crv: string; readonly x: string; readonly y: string };
  readonly #privateKey: KeyObject;

  constructor() {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const { crv = '', x = '', y = '' } = publicKey.export({ format: 'jwk' });
    this.#jwk = { kty: 'EC', crv, x, y };
    this.#privateKey = privateKey;
  }

  get thumbprint(): string {
    return jwkThumbprint(this.#jwk);
  }

  /** A proof for the method that is called with an access token. */
  prove(accessToken: string): string {
    const header = { typ: 'dpop+jwt', alg: 'ES256', jwk: this.#jwk };
    const claims = {
      jti: randomUUID(),
      htm: 'POST',
      htu: new URL(LIST_USERS.path, String(claimsOf(accessToken)['iss'])).href,
      iat: Math.floor(Date.now() / 1_000),
      ath: hash('sha256', accessToken, 'base64url'),
    };
    const signed = [header, claims]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    return `${signed}.${signWith(this.#privateKey, signed, 'ES256', 'sha256').toString('base64url')}`;
  }
}
