import { contract } from '@gatehouse/contracts';
import { ProofServiceClient, type UnbindTokenRequest } from '@gatehouse/contracts/auth';
import { callUnary, openClient } from '@gatehouse/grpc';
import { PATIENCE_MS } from './patience.js';

/** The RPCs of proofs at a replica, called as a spec likes. */
export function proofCalls(port: number) {
  const client = openClient(ProofServiceClient, `127.0.0.1:${port}`, contract);
  const by = (accessToken?: string) => ({ timeoutMs: PATIENCE_MS, accessToken });
  return {
    use: async (proofId: string, accessToken?: string) =>
      (await callUnary(client.useProof.bind(client), { proofId }, by(accessToken))).accepted,
    unbind: async (request: UnbindTokenRequest, accessToken?: string) =>
      (await callUnary(client.unbindToken.bind(client), request, by(accessToken))).tokens!,
    close: () => client.close(),
  };
}

export type ProofCalls = ReturnType<typeof proofCalls>;
