import { Client, credentials, Metadata, status, type ServiceError } from '@grpc/grpc-js';
import type { Ports } from '../../start/config.js';
import type { AttackCase } from '../corpus.js';
import type { Fields, LiveSystem, NotApplicable, Observation } from '../live-system.js';
import { httpStatusOf } from './http-request.js';
import { callRawGrpc } from './raw-grpc.js';

const TIMEOUT_MS = 10_000;

/** Asks for any verified user and for no row of theirs, so that it is OK for the subject of any corpus. */
const LIST_USERS = { path: '/gatehouse.users.v1.UserService/ListUsers', route: '/v1/users' };
/** Asks for a permission. */
const LIST_RESOURCES = {
  path: '/gatehouse.resources.v1.ResourceService/ListResources',
  route: '/v1/resources',
};
/** Asks what ListUsers asks, and takes a body. */
const FORM_ROUTE = '/v1/accounts/me:changePassword';

/** The features that cases are about and the system does not have, by the group or ID of the case. */
const LACKING: readonly (readonly [RegExp, string])[] = [
  [/^sta-dpop/, 'access tokens are bearer tokens: there is no DPoP'],
  [/^sta-stream/, 'the contract has no streams'],
  [/^sta-tenant/, 'there are no tenants'],
  [/^sta-apikey/, 'there are no API keys'],
  [/^sta-/, 'verifiers do not follow revocations'],
  [/^azn-acr/, 'no method asks for a step-up'],
  [/^azn-bola/, 'its scope holds no permission of the contract: it would be refused whoever owns the object'],
];

/** The running services of a live system, asked by an ordinary client, over bare HTTP/2 and at the gateway. */
export class RunningServices implements LiveSystem {
  readonly #users: Client;
  readonly #resources: Client;

  /** @param begun ends what was started */
  constructor(
    private readonly ports: Ports,
    private readonly begun: AsyncDisposable,
  ) {
    this.#users = new Client(`127.0.0.1:${ports.users}`, credentials.createInsecure());
    this.#resources = new Client(`127.0.0.1:${ports.resources}`, credentials.createInsecure());
  }

  callWithMetadata(metadata: Fields): Promise<string> {
    return call(this.#users, LIST_USERS.path, metadata);
  }

  callRaw(headers: Fields, trailers: Fields): Promise<string> {
    return callRawGrpc(`127.0.0.1:${this.ports.users}`, LIST_USERS.path, headers, trailers);
  }

  request({ headers, query = {}, form }: Parameters<LiveSystem['request']>[0]): Promise<number> {
    const url = new URL(
      `http://127.0.0.1:${this.ports.gateway}${form === undefined ? LIST_USERS.route : FORM_ROUTE}`,
    );
    url.search = new URLSearchParams(query).toString();
    if (form === undefined) return httpStatusOf(url.href, 'GET', headers, undefined);
    const fields: Fields = [...headers, ['content-type', 'application/x-www-form-urlencoded']];
    return httpStatusOf(url.href, 'POST', fields, new URLSearchParams(form).toString());
  }

  async play({ id }: AttackCase, accessToken: string): Promise<Observation | NotApplicable> {
    const headers: Fields = [['authorization', `Bearer ${accessToken}`]];
    if (id === 'azn-scope-missing') {
      const url = `http://127.0.0.1:${this.ports.gateway}${LIST_RESOURCES.route}`;
      return {
        grpc: await call(this.#resources, LIST_RESOURCES.path, headers),
        http: await httpStatusOf(url, 'GET', headers, undefined),
      };
    }
    if (id === 'azn-client-cred') {
      return { grpc: await this.callWithMetadata(headers), http: await this.request({ headers }) };
    }
    const lacking = LACKING.find(([pattern]) => pattern.test(id))?.[1];
    return { notApplicable: lacking ?? 'the running system does not have the feature' };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#users.close();
    this.#resources.close();
    await this.begun[Symbol.asyncDispose]();
  }
}

/** Calls a method with an empty message; gives the name of the status. */
function call(client: Client, path: string, fields: Fields): Promise<string> {
  const metadata = new Metadata();
  for (const [name, value] of fields) metadata.add(name, name.endsWith('-bin') ? Buffer.from(value) : value);
  const options = { deadline: Date.now() + TIMEOUT_MS };
  const asIs = (bytes: Buffer) => bytes;
  return new Promise((resolve) => {
    const done = (error: ServiceError | null) => resolve(status[error?.code ?? status.OK] ?? 'UNKNOWN');
    client.makeUnaryRequest(path, asIs, asIs, Buffer.alloc(0), metadata, options, done);
  });
}
