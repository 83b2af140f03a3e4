import { fromBinary, fromJson, toBinary, toJson } from '@bufbuild/protobuf';
import type { Client } from '@grpc/grpc-js';
import { contract } from '@gatehouse/contracts';
import { ResourceServiceClient, ShareServiceClient } from '@gatehouse/contracts/resources';
import { UserServiceClient } from '@gatehouse/contracts/users';
import { callUnary, openClient, serviceName, type ClientConstructor } from '@gatehouse/grpc/client';
import { credentialsFor } from '../../client/channel-credentials.js';
import type { Json } from '../../client/json.js';
import type { Addresses } from '../../system/system-facts.js';
import type { ContractCall } from './contract-call.js';

const TIMEOUT_MS = 20_000;

/** Where the replicas of the services are that programs call directly, and what they show there. */
export type GrpcAddresses = Pick<Addresses, 'users' | 'resources' | 'tls'>;

/** The gRPC face as a program calls it that has the generated clients, with the options that the product gives them. */
export class GrpcCaller implements Disposable {
  readonly #clients: ReadonlyMap<string, Client>;

  constructor(addresses: GrpcAddresses) {
    const open = <C extends Client>(constructor: ClientConstructor<C>, replicas: readonly string[]) =>
      [
        serviceName(constructor.service),
        openClient(
          constructor,
          `ipv4:${replicas.join(',')}`,
          contract,
          credentialsFor(addresses, constructor),
        ),
      ] as const;
    this.#clients = new Map<string, Client>([
      open(ResourceServiceClient, addresses.resources),
      open(ShareServiceClient, addresses.resources),
      open(UserServiceClient, addresses.users),
    ]);
  }

  /** @throws AppError with the code and the reason of the refusal */
  async call({ method, request }: ContractCall, accessToken: string): Promise<Json> {
    const client = this.#clients.get(method.parent.typeName);
    if (!client) throw new Error(`there is no client of ${method.parent.typeName}`);
    const message = toBinary(method.input, fromJson(method.input, request as never, { registry: contract }));
    const reply = await callUnary<Uint8Array, Uint8Array>(
      (bytes, metadata, options, done) =>
        client.makeUnaryRequest(
          `/${method.parent.typeName}/${method.name}`,
          Buffer.from,
          (answer: Buffer): Uint8Array => answer,
          bytes,
          metadata,
          options,
          (error, answer) => done(error, answer ?? new Uint8Array()),
        ),
      message,
      { timeoutMs: TIMEOUT_MS, accessToken },
    );
    return toJson(method.output, fromBinary(method.output, reply), { registry: contract }) as Json;
  }

  [Symbol.dispose](): void {
    for (const client of this.#clients.values()) client.close();
  }
}
