import { contract } from '@gatehouse/contracts';
import { Credential } from '@gatehouse/contracts/access';
import {
  ApiKeyServiceClient,
  TokenServiceClient,
  type ApiKey,
  type CreateApiKeyRequest,
  type TokenSet,
} from '@gatehouse/contracts/auth';
import { callUnary, openClient, type UnaryMethod } from '@gatehouse/grpc';
import { PATIENCE_MS } from './patience.js';

/** An API key as its maker has it. */
export interface SpecApiKey extends ApiKey {
  readonly secret: string;
}

const seconds = (count: number) => ({ seconds: BigInt(count), nanos: 0 });

/** What concerns API keys, at one replica. */
export function apiKeyCalls(port: number) {
  const address = `127.0.0.1:${port}`;
  const apiKeys = openClient(ApiKeyServiceClient, address, contract);
  const tokens = openClient(TokenServiceClient, address, contract);

  const call = <Request, Reply>(
    method: UnaryMethod<Request, Reply>,
    request: Request,
    accessToken?: string,
  ): Promise<Reply> => callUnary(method, request, { timeoutMs: PATIENCE_MS, accessToken });
  return {
    /** A key for `resources:read`, unless told otherwise. */
    create: async (accessToken: string, more: Partial<CreateApiKeyRequest> = {}): Promise<SpecApiKey> => {
      const some = { displayName: 'a program', permissions: ['resources:read'], allowedAddresses: [] };
      const request = { lifetime: undefined, ...some, ...more };
      const { apiKey, secret } = await call(apiKeys.createApiKey.bind(apiKeys), request, accessToken);
      return { ...apiKey!, secret };
    },
    list: (accessToken: string, pageSize = 0, pageToken = '') =>
      call(apiKeys.listApiKeys.bind(apiKeys), { pageSize, pageToken }, accessToken),
    get: async (id: string, accessToken: string): Promise<ApiKey> =>
      (await call(apiKeys.getApiKey.bind(apiKeys), { id }, accessToken)).apiKey!,
    rotate: async (id: string, accessToken: string, overlapSeconds?: number): Promise<SpecApiKey> => {
      const overlap = overlapSeconds === undefined ? undefined : seconds(overlapSeconds);
      const reply = await call(apiKeys.rotateApiKey.bind(apiKeys), { id, overlap }, accessToken);
      return { ...reply.apiKey!, secret: reply.secret };
    },
    revoke: (id: string, accessToken: string) =>
      call(apiKeys.revokeApiKey.bind(apiKeys), { id }, accessToken),
    /** @param clientAddress what a gateway says of its client, where the service believes it */
    exchange: async (secret: string, clientAddress?: string): Promise<TokenSet> => {
      const request = { subjectToken: secret, subjectTokenType: Credential.API_KEY };
      return (await call(madeFor(clientAddress, tokens.exchange.bind(tokens)), request)).tokens!;
    },
    /** All that crosses the wire when an exchange is refused. */
    refusal: (secret: string) =>
      new Promise<{ code: number; details: string; trailers: string[] }>((resolve, reject) => {
        const request = { subjectToken: secret, subjectTokenType: Credential.API_KEY };
        tokens.exchange(request, (error) => {
          if (!error) return reject(new Error('it was accepted'));
          const { 'grpc-status-details-bin': status = [], ...others } = error.metadata.toJSON();
          resolve({
            code: error.code,
            details: error.details,
            trailers: [...status.map((bytes) => bytes.toString('hex')), ...Object.keys(others).sort()],
          });
        });
      }),
    close(): void {
      for (const client of [apiKeys, tokens]) client.close();
    },
  };
}

function madeFor<Request, Reply>(
  clientAddress: string | undefined,
  method: UnaryMethod<Request, Reply>,
): UnaryMethod<Request, Reply> {
  return (request, metadata, options, callback) => {
    if (clientAddress !== undefined) metadata.set('x-client-address', clientAddress);
    return method(request, metadata, options, callback);
  };
}

export type ApiKeyCalls = ReturnType<typeof apiKeyCalls>;
