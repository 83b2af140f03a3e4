import { createHash } from 'node:crypto';
import type { SpecProofKey } from '@gatehouse/testing';
import type { SpecGateway } from './spec-gateway.js';

/** An access token that is bound to a key. */
export function boundToken(gateway: SpecGateway, key: SpecProofKey): string {
  return gateway.accessToken('resources:read', { cnf: { jkt: key.thumbprint }, credential: 'grant' });
}

/** Has the backend of a gateway use up the proofs of a key, and unbind access tokens, as auth would. None is used yet. */
export function serveProofs({ backend, key: signer }: SpecGateway, key: SpecProofKey): void {
  const used = new Set<string>();
  const { behaviour } = backend;
  behaviour.useProof = ({ proofId }) => !used.has(proofId) && Boolean(used.add(proofId));
  behaviour.unbindToken = ({ accessToken, proof }) => {
    const name = `${key.thumbprint} ${String(payloadOf(proof)['jti'])}`;
    used.add(createHash('sha256').update(name).digest('base64url'));
    const { cnf: _binding, ...claims } = payloadOf(accessToken);
    const unbound = signer.sign(claims);
    return { accessToken: unbound, tokenType: 'Bearer', expiresIn: 300, refreshToken: '', scope: '' };
  };
}

/** What a JWT says. */
export function payloadOf(jwt: string): Record<string, unknown> {
  const [, payload = ''] = jwt.split('.');
  return JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
}
