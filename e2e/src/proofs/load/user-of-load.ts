import { setTimeout as delay } from 'node:timers/promises';
import type { ShownCredential } from '../../client/rest-client.js';
import { sessionSecretOf } from '../../client/session-cookie.js';
import { machineMs } from '../clock.js';
import type { RestCaller, RestReply } from './rest-caller.js';

/** Someone of the load: an account and the one kind of credential that they use it with. */
export interface Account {
  /** The `sub` of their access tokens. */
  readonly subject: string;
  readonly email: string;
  readonly password: string;
  readonly uses: ShownCredential['kind'];
  /** The text of their API key, if they use one. */
  readonly apiKey?: string;
}

/** How people sign in. */
export interface SigningIn {
  readonly rest: RestCaller;
  /** How old an access token becomes before a new one is asked for, in milliseconds. */
  readonly renewAfterMs: number;
  /** Whether somebody's requests keep going to the gateway that answered them last. */
  readonly sticky: boolean;
}

/** Between two attempts to sign in, in milliseconds. */
const PAUSE_MS = 300;
/** When to give up signing in, in milliseconds. */
const PATIENCE_MS = 60_000;

/** One person who is signed in, and has to sign in again if a good credential is refused. */
export class UserOfLoad {
  readonly account: Account;
  /** When they were thrown out: on the machine's monotonic clock, in milliseconds. */
  readonly thrownOutMs: number[] = [];
  readonly #how: SigningIn;
  #credential: ShownCredential | undefined;
  #refreshToken: string | undefined;
  #renewAtMs = Infinity;
  #signingIn: Promise<ShownCredential> | undefined;
  #isRenewing = false;
  #gateway: number | undefined;

  constructor(account: Account, how: SigningIn) {
    this.account = account;
    this.#how = how;
  }

  /** The gateway that they stay with; undefined for whichever is next. */
  get gateway(): number | undefined {
    return this.#how.sticky ? this.#gateway : undefined;
  }

  /** They were answered by this one. */
  answeredBy(gateway: number): void {
    this.#gateway = gateway;
  }

  /** What they show; waits while they sign in. @throws Error when they cannot */
  async credential(): Promise<ShownCredential> {
    if (machineMs() >= this.#renewAtMs) this.#renew();
    return this.#credential ?? this.#signIn();
  }

  /** This was refused though nobody ended it: unless that is known already, they have to sign in again. */
  refused(credential: ShownCredential): void {
    if (this.#credential?.secret === credential.secret) this.#throwOut();
  }

  #throwOut(): void {
    this.thrownOutMs.push(machineMs());
    this.#credential = undefined;
    this.#refreshToken = undefined;
    this.#renewAtMs = Infinity;
  }

  /** In the background: what they have is good meanwhile. */
  #renew(): void {
    if (this.#isRenewing) return;
    this.#isRenewing = true;
    void this.#refresh()
      .catch(() => void (this.#renewAtMs = machineMs() + PAUSE_MS))
      .finally(() => (this.#isRenewing = false));
  }

  /** A refresh token may be shown again for some seconds, as its answer may have been lost. */
  async #refresh(): Promise<void> {
    const { rest } = this.#how;
    const body = { refreshToken: this.#refreshToken };
    const request = { method: 'POST', target: '/v1/auth/refresh', body };
    const reply = await rest.send(request, { resend: true, gateway: this.gateway });
    if (reply.status === 401) this.#throwOut();
    else this.#keepTokens(reply);
  }

  #signIn(): Promise<ShownCredential> {
    return (this.#signingIn ??= this.#signInAtLast().finally(() => (this.#signingIn = undefined)));
  }

  async #signInAtLast(): Promise<ShownCredential> {
    const until = machineMs() + PATIENCE_MS;
    for (;;) {
      try {
        return await this.#signInOnce();
      } catch (error) {
        if (machineMs() > until) throw error;
        await delay(PAUSE_MS);
      }
    }
  }

  async #signInOnce(): Promise<ShownCredential> {
    const { uses, email, password, apiKey } = this.account;
    if (uses === 'api key') return (this.#credential = { kind: uses, secret: apiKey ?? '' });
    const target = uses === 'session' ? '/v1/sessions' : '/v1/auth/login';
    const body = { email, password };
    const { rest } = this.#how;
    const reply = await rest.send({ method: 'POST', target, body }, { resend: false, gateway: this.gateway });
    this.answeredBy(reply.gateway);
    if (uses === 'session') {
      return (this.#credential = { kind: uses, secret: sessionSecretOf(headersOf(succeeded(reply))) });
    }
    return this.#keepTokens(reply);
  }

  #keepTokens(reply: RestReply): ShownCredential {
    const { accessToken, refreshToken } = succeeded(reply).body;
    this.#refreshToken = String(refreshToken);
    // Not all at the same time: they signed in at the same time.
    this.#renewAtMs = machineMs() + this.#how.renewAfterMs * (0.5 + Math.random() / 2);
    return (this.#credential = { kind: 'access token', secret: String(accessToken) });
  }
}

function succeeded(reply: RestReply): RestReply {
  if (reply.status !== 200) throw new Error(`answered ${reply.status}: ${JSON.stringify(reply.body)}`);
  return reply;
}

function headersOf({ headers }: RestReply): Headers {
  return new Headers((headers['set-cookie'] ?? []).map((cookie): [string, string] => ['set-cookie', cookie]));
}
