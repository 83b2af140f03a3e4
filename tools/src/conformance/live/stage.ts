import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, credentials, Metadata, status, type ServiceError } from '@grpc/grpc-js';
import type { Ports } from '../../start/config.js';
import type { RunningSystem } from '../../start/start-system.js';
import type { Fields, Observation } from '../live-system.js';
import type { AuthRows } from './auth-rows.store.js';

const TIMEOUT_MS = 10_000;

/** When a revocation that has not been enforced is given up, in milliseconds; a second is promised. */
const PATIENCE_MS = 10_000;
const PAUSE_MS = 50;

/** A method by its two names. */
export interface Method {
  readonly service: 'auth' | 'users' | 'resources';
  readonly path: string;
  readonly verb: 'GET' | 'POST' | 'DELETE';
  readonly route: string;
}

/** Asks for any verified user and for no row of theirs, so that it is OK for the subject of any corpus. */
export const LIST_USERS: Method = {
  service: 'users',
  path: '/gatehouse.users.v1.UserService/ListUsers',
  verb: 'GET',
  route: '/v1/users',
};

/** An answer of the REST face. */
export interface RestAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Somebody with an account, signed in. */
export interface Person {
  readonly email: string;
  readonly password: string;
  readonly accessToken: string;
  readonly refreshToken: string;
}

/** A running system, and what the scenes of cases do with it. */
export class Stage implements Disposable {
  readonly clients: Readonly<Record<Method['service'], Client>>;
  readonly gateway: string;

  constructor(
    readonly running: RunningSystem,
    readonly ports: Ports,
    readonly rows: AuthRows,
  ) {
    const open = (port: number) => new Client(`127.0.0.1:${port}`, credentials.createInsecure());
    this.clients = { auth: open(ports.auth), users: open(ports.users), resources: open(ports.resources) };
    this.gateway = running.url;
  }

  /** Registers somebody new and signs them in. */
  async newPerson(): Promise<Person> {
    const email = `${randomUUID()}@example.com`;
    const password = `long enough ${randomUUID()}`;
    await this.succeed('POST', '/v1/accounts', { body: { email, password, displayName: 'Conformance' } });
    return this.signIn(email, password);
  }

  async signIn(email: string, password: string): Promise<Person> {
    const { accessToken, refreshToken } = await this.succeed('POST', '/v1/auth/login', {
      body: { email, password },
    });
    return { email, password, accessToken: String(accessToken), refreshToken: String(refreshToken) };
  }

  /** Requests a route at the gateway. */
  async rest(
    verb: Method['verb'],
    route: string,
    { body, headers = [] }: { readonly body?: object; readonly headers?: Fields } = {},
  ): Promise<RestAnswer> {
    const answer = await fetch(this.gateway + route, {
      method: verb,
      headers: [...headers, ...(body ? ([['content-type', 'application/json']] as const) : [])].map(
        ([name, value]): [string, string] => [name, value],
      ),
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? {} : (JSON.parse(text) as RestAnswer['body']) };
  }

  /** The same for what has to succeed. @throws Error with the answer when it does not */
  async succeed(...request: Parameters<Stage['rest']>): Promise<RestAnswer['body']> {
    const { status: code, body } = await this.rest(...request);
    if (code !== 200) throw new Error(`${request[1]} answered ${code}: ${JSON.stringify(body)}`);
    return body;
  }

  /** Presents an access token to a method, over gRPC with an empty message or the one that is given. */
  async present(accessToken: string, method = LIST_USERS, message = Buffer.alloc(0)): Promise<Observation> {
    const headers = bearer(accessToken);
    const { service, path, verb, route } = method;
    return {
      grpc: await callUnary(this.clients[service], path, headers, message),
      http: (await this.rest(verb, route, { headers, ...(verb === 'POST' ? { body: {} } : {}) })).status,
    };
  }

  /** Presents one that has to be good still. @throws Error when it is not: what follows would prove nothing */
  async requireGood(accessToken: string): Promise<void> {
    const { grpc, http } = await this.present(accessToken);
    if (grpc !== 'OK' || http !== 200) throw new Error(`was refused before: ${grpc}, ${http}`);
  }

  /** Presents something again and again until neither face accepts it, or patience ends. */
  async settled(present: () => Promise<Observation>): Promise<Observation> {
    for (const deadline = performance.now() + PATIENCE_MS; ;) {
      const seen = await present();
      if ((seen.grpc !== 'OK' && seen.http !== 200) || performance.now() > deadline) return seen;
      await delay(PAUSE_MS);
    }
  }

  [Symbol.dispose](): void {
    for (const client of Object.values(this.clients)) client.close();
  }
}

/** The header that shows an access token. */
export function bearer(accessToken: string): Fields {
  return [['authorization', `Bearer ${accessToken}`]];
}

/** Calls a method with a message that is already encoded; gives the name of the status. */
export function callUnary(
  client: Client,
  path: string,
  fields: Fields,
  message = Buffer.alloc(0),
): Promise<string> {
  const metadata = new Metadata();
  for (const [name, value] of fields) metadata.add(name, name.endsWith('-bin') ? Buffer.from(value) : value);
  const options = { deadline: Date.now() + TIMEOUT_MS };
  const asIs = (bytes: Buffer) => bytes;
  return new Promise((resolve) => {
    const done = (error: ServiceError | null) => resolve(status[error?.code ?? status.OK] ?? 'UNKNOWN');
    client.makeUnaryRequest(path, asIs, asIs, message, metadata, options, done);
  });
}

/** The claims of an access token, read without believing them. */
export function claimsOf(accessToken: string): Readonly<Record<string, unknown>> {
  return JSON.parse(Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString('utf8')) as Record<
    string,
    unknown
  >;
}
