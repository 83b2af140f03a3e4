import { randomUUID } from 'node:crypto';
import type { Json } from '../../client/json.js';
import type { ShownCredential } from '../../client/rest-client.js';
import { sessionSecretOf } from '../../client/session-cookie.js';
import type { Asked, History, Recorded } from '../history.js';
import type { SeededRandom } from '../random.js';
import { familyOf, Holdings, keyOf, type KeyBody, type TokensBody } from './holdings.js';

/** Asks at whichever gateway, in the name of an actor. */
export type Ask = <Body = Json>(
  action: string,
  method: Asked['method'],
  path: string,
  more: Pick<Asked, 'body' | 'credential' | 'shown' | 'got'>,
) => Promise<Recorded<Body>>;

/** Someone whom something happens to. */
export interface Befallen {
  /** The `sub` of their access tokens. */
  readonly subject: string;
  readonly holdings: Holdings;
  readonly ask: Ask;
  readonly random: SeededRandom;
}

/** What happens to an actor. @returns whether they go on; one who cannot know what holds does not */
export type Deed = (person: Befallen) => Promise<boolean>;

/** What an actor lives in. */
export interface Surroundings {
  readonly history: History;
  readonly gateways: readonly string[];
  readonly random: SeededRandom;
  /** Shows a credential wherever it may be shown; the account's own page at a gateway unless given. */
  readonly show?: (actor: string, credential: ShownCredential) => Promise<unknown>;
  /** What others do to them. */
  readonly ordeals?: readonly Deed[];
}

/** How many calls an actor makes at once with what is good for one of them. */
const AT_ONCE = 4;

/**
 * One person who signs in, refreshes, makes and ends sessions and keys and changes the password, over and over, at
 * whichever gateway. After an answer that did not come they do not know what holds, and let go of what it concerned.
 */
export class Actor {
  readonly #name = randomUUID();
  readonly #email = `${randomUUID()}@example.com`;
  readonly #surroundings: Surroundings;
  readonly #random: SeededRandom;
  readonly #holdings: Holdings;
  #password = newPassword();
  #subject: string | undefined;

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
    this.#random = surroundings.random;
    this.#holdings = new Holdings(surroundings.random);
  }

  /** Does one thing. @returns whether they go on; a person whose password is uncertain does not */
  async act(): Promise<boolean> {
    if (this.#subject === undefined) return this.#register();
    if (this.#holdings.families.length === 0) return this.#login();
    const person = {
      subject: this.#subject,
      holdings: this.#holdings,
      ask: this.#ask.bind(this) as Ask,
      random: this.#random,
    };
    const deeds = [
      () => this.#login(),
      () => this.#refresh(),
      () => this.#refresh(),
      () => this.#beginSession(),
      () => this.#use(),
      () => this.#use(),
      () => this.#useEnded(),
      () => this.#useEnded(),
      () => this.#makeKey(),
      () => this.#endSession(),
      () => this.#rotateKey(),
      () => this.#revokeKey(),
      () => this.#logout(),
      () => this.#changePassword(),
      ...(this.#surroundings.ordeals ?? []).map((deed) => () => deed(person)),
    ];
    return this.#random.choose(deeds)();
  }

  async #register(): Promise<boolean> {
    const body = { email: this.#email, password: this.#password, displayName: 'An actor' };
    const { operation, body: account } = await this.#ask<{ id: string }>('Register', 'POST', '/v1/accounts', {
      body,
    });
    if (operation.status === 200) this.#subject = account.id;
    // Without an answer there may be an account: another person goes on.
    return this.#subject !== undefined;
  }

  async #login(): Promise<boolean> {
    const body = { email: this.#email, password: this.#password };
    const { operation, body: tokens } = await this.#ask<TokensBody>('Login', 'POST', '/v1/auth/login', {
      body,
    });
    if (operation.status === 200) this.#holdings.families.push(familyOf(tokens));
    return true;
  }

  /** Spends one refresh token at several gateways at once: whoever gets an answer gets the same successor. */
  async #refresh(): Promise<boolean> {
    const family = this.#holdings.take(this.#holdings.families);
    const { refreshToken } = family;
    if (refreshToken === undefined) return true;
    const body = { refreshToken };
    const got = (answer: { body: Json }) => String(answer.body['refreshToken']);
    const once = () =>
      this.#ask<TokensBody>('Refresh', 'POST', '/v1/auth/refresh', { body, shown: refreshToken, got });
    const answers = await Promise.all(Array.from({ length: this.#random.between(1, AT_ONCE) }, once));
    // One without an answer may arrive yet: after the successor was spent it would end the family, as a thief's does.
    if (answers.every(({ operation }) => operation.status === 200))
      this.#holdings.families.push(familyOf(answers[0]!.body));
    return true;
  }

  async #beginSession(): Promise<boolean> {
    const body = { email: this.#email, password: this.#password };
    let secret = '';
    const got = ({ headers }: { headers: Headers }) => (secret = sessionSecretOf(headers));
    const { operation, body: session } = await this.#ask<{ id: string }>(
      'CreateSession',
      'POST',
      '/v1/sessions',
      { body, got },
    );
    if (operation.status === 200) {
      this.#holdings.sessions.push({ id: session.id, credential: { kind: 'session', secret } });
    }
    return true;
  }

  /** Shows something that is good. */
  async #use(): Promise<boolean> {
    return this.#show(this.#random.choose(this.#holdings.all).credential);
  }

  /** Shows something that was ended before: it must have no effect any more. */
  async #useEnded(): Promise<boolean> {
    const { ended } = this.#holdings;
    return ended.length === 0 ? this.#endSession() : this.#show(this.#random.choose(ended));
  }

  async #makeKey(): Promise<boolean> {
    if (this.#holdings.keys.length > 5) return this.#revokeKey();
    const body = { displayName: 'history', permissions: ['resources:read'] };
    const made = await this.#ask<KeyBody>('CreateApiKey', 'POST', '/v1/apiKeys', {
      body,
      credential: this.#holdings.signedIn(),
    });
    if (made.operation.status === 200) this.#holdings.keys.push(keyOf(made.body));
    return true;
  }

  /** Rotates one key several times at once: it has one successor. */
  async #rotateKey(): Promise<boolean> {
    if (this.#holdings.keys.length === 0) return this.#makeKey();
    const { id } = this.#holdings.take(this.#holdings.keys);
    const credential = this.#holdings.signedIn();
    const once = () =>
      this.#ask<KeyBody>('RotateApiKey', 'POST', `/v1/apiKeys/${id}:rotate`, {
        body: {},
        credential,
        shown: id,
        got: ({ body }) => (body['apiKey'] as { id: string }).id,
      });
    const answers = await Promise.all(Array.from({ length: this.#random.between(1, AT_ONCE) }, once));
    for (const { operation, body } of answers)
      if (operation.status === 200) this.#holdings.keys.push(keyOf(body));
    return true;
  }

  async #revokeKey(): Promise<boolean> {
    if (this.#holdings.keys.length === 0) return this.#makeKey();
    const { id, credential } = this.#holdings.take(this.#holdings.keys);
    const { operation } = await this.#ask('RevokeApiKey', 'DELETE', `/v1/apiKeys/${id}`, {
      credential: this.#holdings.signedIn(),
      shown: credential.secret,
    });
    return this.#holdings.note(operation, [credential]);
  }

  async #endSession(): Promise<boolean> {
    if (this.#holdings.sessions.length === 0) return this.#beginSession();
    const { id, credential } = this.#holdings.take(this.#holdings.sessions);
    const { operation } = await this.#ask('EndSession', 'DELETE', `/v1/sessions/${id}`, {
      credential: this.#holdings.signedIn(),
      shown: credential.secret,
    });
    return this.#holdings.note(operation, [credential]);
  }

  async #logout(): Promise<boolean> {
    const { refreshToken, credential } = this.#holdings.take(this.#holdings.families);
    if (refreshToken === undefined) return true;
    const { operation } = await this.#ask('Logout', 'POST', '/v1/auth/logout', {
      body: { refreshToken },
      shown: credential.secret,
    });
    return this.#holdings.note(operation, [credential]);
  }

  /** Ends every other sign-in; keys stay. */
  async #changePassword(): Promise<boolean> {
    const kept = this.#random.choose(this.#holdings.families);
    const others = this.#holdings.endSignIns(kept);
    const newOne = newPassword();
    const body = { currentPassword: this.#password, newPassword: newOne };
    const { operation } = await this.#ask('ChangePassword', 'POST', '/v1/accounts/me:changePassword', {
      body,
      credential: kept.credential,
      shown: others.map(({ secret }) => secret).join(' '),
    });
    if (operation.status !== 200) return false;
    this.#password = newOne;
    return this.#holdings.note(operation, others);
  }

  async #show(credential: ShownCredential): Promise<true> {
    const { show } = this.#surroundings;
    if (show) await show(this.#name, credential);
    else await this.#ask('GetAccount', 'GET', '/v1/accounts/me', { credential, shown: credential.secret });
    return true;
  }

  #ask<Body = Json>(
    action: string,
    method: Asked['method'],
    path: string,
    more: Pick<Asked, 'body' | 'credential' | 'shown' | 'got'>,
  ): Promise<Recorded<Body>> {
    const { gateways, history } = this.#surroundings;
    const gateway = this.#random.choose(gateways);
    return history.ask<Body>({ actor: this.#name, action, gateway, method, path, ...more });
  }
}

function newPassword(): string {
  return `long enough ${randomUUID()}`;
}
