import { JsonWebKey, KeySetServiceService, type GetKeySetResponse } from '@gatehouse/contracts/auth';
import { type sendUnaryData, Server, ServerCredentials } from '@grpc/grpc-js';
import { addFeedStub } from './feed-stub.js';

/** The part of an issuer that services ask: its key set, a name of their own, and that nothing is revoked. */
export interface IssuerStub {
  /** `host:port`. */
  readonly address: string;
  close(): void;
}

/** Serves a JWK Set where services look for auth's. */
export async function startIssuerStub({ keys }: { readonly keys: readonly object[] }): Promise<IssuerStub> {
  const keySet = { keys: keys.map((key) => JsonWebKey.fromPartial(key)) };
  const server = new Server();
  server.addService(KeySetServiceService, {
    getKeySet: (_call: unknown, callback: sendUnaryData<GetKeySetResponse>) => callback(null, keySet),
  });
  addFeedStub(server, keySet);
  const port = await new Promise<number>((resolve, reject) => {
    const bound = (error: Error | null, actual: number) => (error ? reject(error) : resolve(actual));
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), bound);
  });
  return { address: `127.0.0.1:${port}`, close: () => server.forceShutdown() };
}
