import { randomUUID } from 'node:crypto';
import { status, type Client } from '@grpc/grpc-js';
import { contract } from '@gatehouse/contracts';
import { Credential } from '@gatehouse/contracts/access';
import { AccountServiceClient, TokenServiceClient } from '@gatehouse/contracts/auth';
import { ResourceServiceClient } from '@gatehouse/contracts/resources';
import { UserServiceClient } from '@gatehouse/contracts/users';
import { openClient, type ClientConstructor } from '@gatehouse/grpc/client';
import { credentialsFor } from '../client/channel-credentials.js';
import { call } from '../client/grpc-clients.js';
import { OK, outcomeOf, type Outcome } from '../client/outcome.js';
import { RestClient, type ShownCredential } from '../client/rest-client.js';
import type { Addresses } from '../system/system-facts.js';

/** What a caller tries: to read, or to delete what is not there, which only who may delete is told. */
export type Try = 'read' | 'delete';

/** One call with an access token at one replica. */
export type Verifying = (accessToken: string) => Promise<Outcome>;

const LIST = { pageSize: 1, pageToken: '', filter: undefined, orderBy: '' };
const LIST_USERS = { pageSize: 1, pageToken: '', query: '' };

/** Every replica of every service and of the gateway, to be called one by one. */
export class Faces implements Disposable {
  readonly gateways: readonly RestClient[];
  readonly tokens: readonly TokenServiceClient[];
  readonly resources: readonly ResourceServiceClient[];
  readonly #accounts: readonly AccountServiceClient[];
  readonly #users: readonly UserServiceClient[];
  readonly #open: Client[] = [];

  constructor(readonly addresses: Addresses) {
    this.gateways = addresses.gateways.map((url) => new RestClient(url));
    this.tokens = this.#clients(TokenServiceClient, addresses.auth);
    this.#accounts = this.#clients(AccountServiceClient, addresses.auth);
    this.#users = this.#clients(UserServiceClient, addresses.users);
    this.resources = this.#clients(ResourceServiceClient, addresses.resources);
  }

  /** The replica of resources that streams are opened at. */
  get watched(): ResourceServiceClient {
    return this.resources.at(-1) as ResourceServiceClient;
  }

  /** Reading over gRPC, at every replica that verifies access tokens. */
  get verifiers(): readonly Verifying[] {
    return [
      ...this.#accounts.map(
        (client): Verifying =>
          (token) =>
            outcomeOf(call(client, client.getAccount, {}, token)),
      ),
      ...this.#users.map(
        (client): Verifying =>
          (token) =>
            outcomeOf(call(client, client.listUsers, LIST_USERS, token)),
      ),
      ...this.resources.map(
        (client): Verifying =>
          (token) =>
            outcomeOf(call(client, client.listResources, LIST, token)),
      ),
    ];
  }

  /** Exchanges a cookie or a key at a replica of auth. @throws AppError when it is refused */
  async exchange(replica: number, { kind, secret }: ShownCredential): Promise<string> {
    const client = this.tokens[replica] as TokenServiceClient;
    const subjectTokenType = kind === 'session' ? Credential.SESSION : Credential.API_KEY;
    const { tokens } = await call(client, client.exchange, { subjectToken: secret, subjectTokenType });
    return tokens?.accessToken ?? '';
  }

  /** Tries something at a gateway. */
  async overRest(gateway: number, what: Try, credential: ShownCredential): Promise<Outcome> {
    const rest = (this.gateways[gateway] as RestClient).showing(credential);
    const answer =
      what === 'read'
        ? await rest.get<Partial<Outcome>>('/v1/resources?pageSize=1')
        : await rest.delete<Partial<Outcome>>(`/v1/resources/${randomUUID()}`);
    if (answer.status === 200) return OK;
    const { code, reason } = answer.body;
    if (code === undefined || reason === undefined || !(code in status))
      throw new Error(`answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    return { code, reason };
  }

  /** Tries something at a replica of resources. */
  overGrpc(replica: number, what: Try, accessToken: string): Promise<Outcome> {
    const client = this.resources[replica] as ResourceServiceClient;
    return outcomeOf(
      what === 'read'
        ? call(client, client.listResources, LIST, accessToken)
        : call(client, client.deleteResource, { id: randomUUID(), etag: '' }, accessToken),
    );
  }

  [Symbol.dispose](): void {
    for (const client of this.#open) client.close();
  }

  #clients<C extends Client>(constructor: ClientConstructor<C>, addresses: readonly string[]): readonly C[] {
    const credentials = credentialsFor(this.addresses, constructor);
    const clients = addresses.map((address) => openClient(constructor, address, contract, credentials));
    this.#open.push(...clients);
    return clients;
  }
}
