import { contract } from '@gatehouse/contracts';
import { decodeHeader, decodePayload } from '../../client/access-token.js';
import { DynamicCalls } from '../../client/dynamic-call.js';
import { login, newPerson, type Person } from '../../client/person.js';
import { RestClient, succeeded, type RestAnswer } from '../../client/rest-client.js';
import { sessionSecretOf } from '../../client/session-cookie.js';
import { signInDemo, type SystemFacts } from '../../system/system-facts.js';

/** An access token that is good, and how to end it. */
export interface Revocable {
  readonly cause: Cause;
  readonly accessToken: string;
  /** Asks once; it has happened when the answer is 200. */
  readonly revoke: () => Promise<RestAnswer<unknown>>;
}

/** What is done to one access token, by the kind of revocation that it leads to. */
export const CAUSES = ['token', 'family', 'session', 'api_key', 'subject'] as const;
/** What is done to everyone's. */
export const SWEEPING_CAUSES = ['client', 'signing_key', 'everything'] as const;
export type SweepingCause = (typeof SWEEPING_CAUSES)[number];
export type Cause = (typeof CAUSES)[number] | SweepingCause;

const exchange = contract.getService('gatehouse.auth.v1.TokenService')?.method['exchange'];

/** Makes access tokens that descend from everything that can be revoked, through the gateway as anyone would. */
export class Causes implements Disposable {
  readonly #rest: RestClient;
  readonly #calls: DynamicCalls;

  private constructor(
    private readonly system: SystemFacts,
    private readonly admin: { readonly accessToken: string },
    private readonly person: Person,
  ) {
    this.#rest = new RestClient(system.addresses.gateway);
    this.#calls = new DynamicCalls(system.addresses);
  }

  static async begin(system: SystemFacts): Promise<Causes> {
    const person = await newPerson(new RestClient(system.addresses.gateway), 'Proof');
    return new Causes(system, await signInDemo(system, 'admin'), person);
  }

  /** @param cause one of {@link CAUSES}, or of {@link SWEEPING_CAUSES}, which end the admin's access token as well */
  make(cause: Cause): Promise<Revocable> {
    const makers: Readonly<Record<Cause, () => Promise<Omit<Revocable, 'cause'>>>> = {
      token: () => this.#token(),
      family: () => this.#family(),
      session: () => this.#session(),
      api_key: () => this.#apiKey(),
      subject: () => this.#subject(),
      client: () => this.#sweeping('client'),
      signing_key: () => this.#sweeping('signing_key'),
      everything: () => this.#sweeping('everything'),
    };
    return makers[cause]().then((made) => ({ cause, ...made }));
  }

  /** Access tokens that nobody revokes. */
  async good(count: number): Promise<readonly string[]> {
    const { email, password } = this.person;
    const tokens = [];
    for (let made = 0; made < count; made++)
      tokens.push((await login(this.#rest, email, password)).accessToken);
    return tokens;
  }

  [Symbol.dispose](): void {
    this.#calls.close();
  }

  async #token() {
    const [accessToken = ''] = await this.good(1);
    return { accessToken, revoke: () => this.#rest.post('/v1/auth/revoke', { token: accessToken }) };
  }

  async #family() {
    const { email, password } = this.person;
    const { accessToken, refreshToken } = await login(this.#rest, email, password);
    return { accessToken, revoke: () => this.#rest.post('/v1/auth/logout', { refreshToken }) };
  }

  async #session() {
    const { email, password } = this.person;
    const answer = await this.#rest.post('/v1/sessions', { email, password });
    succeeded(answer);
    const secret = sessionSecretOf(answer.headers);
    const accessToken = await this.#exchange('CREDENTIAL_SESSION', secret);
    const cookie = this.#rest.showing({ kind: 'session', secret });
    return { accessToken, revoke: () => cookie.delete('/v1/sessions/current') };
  }

  async #apiKey() {
    const own = await newPerson(this.#rest, 'Proof');
    const rest = this.#rest.as(own.accessToken);
    const body = { displayName: 'proof', permissions: ['resources:read'] };
    const made = succeeded(await rest.post<{ apiKey: { id: string }; secret: string }>('/v1/apiKeys', body));
    const accessToken = await this.#exchange('CREDENTIAL_API_KEY', made.secret);
    return { accessToken, revoke: () => rest.delete(`/v1/apiKeys/${made.apiKey.id}`) };
  }

  async #subject() {
    const { subject, accessToken } = await newPerson(this.#rest, 'Proof');
    const admin = this.#rest.as(this.admin.accessToken);
    return { accessToken, revoke: () => admin.post(`/v1/accounts/${subject}:suspend`, {}) };
  }

  /** All that a client was issued, all that a key has signed, or all there is. */
  async #sweeping(cause: SweepingCause) {
    const [accessToken = ''] = await this.good(1);
    const keys = {
      client: decodePayload(accessToken)['client_id'],
      signing_key: decodeHeader(accessToken)['kid'],
      everything: '',
    };
    const order = { kind: `REVOCATION_KIND_${cause.toUpperCase()}`, key: keys[cause] };
    const admin = this.#rest.as(this.admin.accessToken);
    return { accessToken, revoke: () => admin.post('/v1/revocations', order) };
  }

  async #exchange(kind: string, secret: string): Promise<string> {
    if (!exchange) throw new Error('the contract has no TokenService.Exchange');
    const request = { subjectToken: secret, subjectTokenType: kind };
    const reply = await this.#calls.call(this.system.addresses.auth[0] as string, exchange, request);
    return (reply as { tokens: { accessToken: string } }).tokens.accessToken;
  }
}

/** How long an access token would have been good without a revocation, in milliseconds from now. */
export function remainingMs(accessToken: string): number {
  return Number(decodePayload(accessToken)['exp']) * 1_000 - Date.now();
}
