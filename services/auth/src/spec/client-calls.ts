import { contract } from '@gatehouse/contracts';
import { Client, ClientServiceClient, GrantServiceClient } from '@gatehouse/contracts/auth';
import { callUnary, openClient, type UnaryMethod } from '@gatehouse/grpc';
import type { Registration } from './oauth-party.js';
import { PATIENCE_MS } from './patience.js';

/** What concerns clients and the grants that they have, at one replica. */
export function clientCalls(port: number) {
  const address = `127.0.0.1:${port}`;
  const clients = openClient(ClientServiceClient, address, contract);
  const grants = openClient(GrantServiceClient, address, contract);
  const call = <Request, Reply>(
    method: UnaryMethod<Request, Reply>,
    request: Request,
    accessToken: string,
  ): Promise<Reply> => callUnary(method, request, { timeoutMs: PATIENCE_MS, accessToken });
  return {
    create: (client: Registration, accessToken: string) =>
      call(clients.createClient.bind(clients), { client: Client.fromPartial(client) }, accessToken),
    get: async (id: string, accessToken: string): Promise<Client> =>
      (await call(clients.getClient.bind(clients), { id }, accessToken)).client!,
    list: (accessToken: string, pageSize = 0, pageToken = '') =>
      call(clients.listClients.bind(clients), { pageSize, pageToken }, accessToken),
    update: async (client: Registration, updateMask: string[], accessToken: string): Promise<Client> => {
      const request = { client: Client.fromPartial(client), updateMask };
      return (await call(clients.updateClient.bind(clients), request, accessToken)).client!;
    },
    rotateSecret: async (id: string, accessToken: string, overlapSeconds: number): Promise<string> => {
      const overlap = { seconds: BigInt(overlapSeconds), nanos: 0 };
      return (await call(clients.rotateClientSecret.bind(clients), { id, overlap }, accessToken)).secret;
    },
    disable: async (id: string, accessToken: string): Promise<Client> =>
      (await call(clients.disableClient.bind(clients), { id }, accessToken)).client!,
    listGrants: (accessToken: string, pageSize = 0, pageToken = '') =>
      call(grants.listGrants.bind(grants), { pageSize, pageToken }, accessToken),
    withdrawGrant: (id: string, accessToken: string) =>
      call(grants.withdrawGrant.bind(grants), { id }, accessToken),
    close(): void {
      for (const client of [clients, grants]) client.close();
    },
  };
}

export type ClientCalls = ReturnType<typeof clientCalls>;
