import type { Client } from '@grpc/grpc-js';
import { contract } from '@gatehouse/contracts';
import { AccountServiceClient, RoleServiceClient, TokenServiceClient } from '@gatehouse/contracts/auth';
import { ResourceServiceClient, ShareServiceClient } from '@gatehouse/contracts/resources';
import { UserServiceClient } from '@gatehouse/contracts/users';
import {
  callUnary,
  openClient,
  serviceName,
  type ClientConstructor,
  type UnaryMethod,
} from '@gatehouse/grpc/client';
import type { Addresses } from '../system/system-facts.js';
import { credentialsFor } from './channel-credentials.js';

const TIMEOUT_MS = 20_000;

/** The generated clients, opened on first use: one for each service and replica. */
export class GrpcClients {
  readonly #open = new Map<string, Client>();

  constructor(private readonly addresses: Addresses) {}

  get accounts(): AccountServiceClient {
    return this.#client(AccountServiceClient, replicaOf(this.addresses.auth, 0));
  }

  get tokens(): TokenServiceClient {
    return this.#client(TokenServiceClient, replicaOf(this.addresses.auth, 0));
  }

  get roles(): RoleServiceClient {
    return this.#client(RoleServiceClient, replicaOf(this.addresses.auth, 0));
  }

  /** @param replica counted from 0 */
  users(replica = 0): UserServiceClient {
    return this.#client(UserServiceClient, replicaOf(this.addresses.users, replica));
  }

  /** @param replica counted from 0 */
  resources(replica = 0): ResourceServiceClient {
    return this.#client(ResourceServiceClient, replicaOf(this.addresses.resources, replica));
  }

  /** @param replica counted from 0 */
  shares(replica = 0): ShareServiceClient {
    return this.#client(ShareServiceClient, replicaOf(this.addresses.resources, replica));
  }

  close(): void {
    for (const client of this.#open.values()) client.close();
    this.#open.clear();
  }

  #client<C extends Client>(constructor: ClientConstructor<C>, address: string): C {
    const key = `${serviceName(constructor.service)} ${address}`;
    const client = this.#open.get(key) as C | undefined;
    if (client !== undefined) return client;
    const opened = openClient(constructor, address, contract, credentialsFor(this.addresses, constructor));
    this.#open.set(key, opened);
    return opened;
  }
}

/**
 * Calls a method of a generated client.
 *
 * @throws AppError with the code and the reason of the refusal
 */
export function call<Request, Reply>(
  client: Client,
  method: UnaryMethod<Request, Reply>,
  request: Request,
  accessToken?: string,
): Promise<Reply> {
  return callUnary(method.bind(client) as UnaryMethod<Request, Reply>, request, {
    timeoutMs: TIMEOUT_MS,
    accessToken,
  });
}

function replicaOf(addresses: readonly string[], replica: number): string {
  const address = addresses[replica];
  if (address === undefined) throw new Error(`there is no replica ${replica}`);
  return address;
}
