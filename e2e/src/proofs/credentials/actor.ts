import { randomUUID } from 'node:crypto';
import type { Json } from '../../client/json.js';
import type { ShownCredential } from '../../client/rest-client.js';
import { sessionSecretOf } from '../../client/session-cookie.js';
import type { Asked, History, Operation } from '../history.js';
import type { SeededRandom } from '../random.js';

/** What an actor holds and believes to be good. */
interface Holding {
  /** The `sid`: of the family, the session or the key. */
  readonly id: string;
  readonly credential: ShownCredential;
  /** The refresh token of a family. */
  readonly refreshToken?: string;
}

interface TokensBody {
  readonly accessToken: string;
  readonly refreshToken: string;
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
  #password = newPassword();
  #families: Holding[] = [];
  #sessions: Holding[] = [];
  #keys: Holding[] = [];
  /** What was ended, and acknowledged to be. */
  readonly #ended: ShownCredential[] = [];
  #isRegistered = false;

  constructor(
    private readonly history: History,
    private readonly gateways: readonly string[],
    private readonly random: SeededRandom,
  ) {}

  /** Does one thing. @returns whether they go on; a person whose password is uncertain does not */
  async act(): Promise<boolean> {
    if (!this.#isRegistered) return this.#register();
    if (this.#families.length === 0) return this.#login();
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
    ];
    return this.random.choose(deeds)();
  }

  async #register(): Promise<boolean> {
    const body = { email: this.#email, password: this.#password, displayName: 'An actor' };
    const { operation } = await this.#ask('Register', 'POST', '/v1/accounts', { body });
    this.#isRegistered = operation.status === 200;
    // Without an answer there may be an account: another person goes on.
    return this.#isRegistered;
  }

  async #login(): Promise<boolean> {
    const body = { email: this.#email, password: this.#password };
    const { operation, body: tokens } = await this.#ask<TokensBody>('Login', 'POST', '/v1/auth/login', {
      body,
    });
    if (operation.status === 200) this.#families.push(familyOf(tokens));
    return true;
  }

  /** Spends one refresh token at several gateways at once: whoever gets an answer gets the same successor. */
  async #refresh(): Promise<boolean> {
    const family = this.#take(this.#families);
    const { refreshToken } = family;
    if (refreshToken === undefined) return true;
    const body = { refreshToken };
    const got = (answer: { body: Json }) => String(answer.body['refreshToken']);
    const once = () =>
      this.#ask<TokensBody>('Refresh', 'POST', '/v1/auth/refresh', { body, shown: refreshToken, got });
    const answers = await Promise.all(Array.from({ length: this.random.between(1, AT_ONCE) }, once));
    const good = answers.find(({ operation }) => operation.status === 200);
    if (good) this.#families.push(familyOf(good.body));
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
      this.#sessions.push({ id: session.id, credential: { kind: 'session', secret } });
    }
    return true;
  }

  /** Shows something that is good. */
  async #use(): Promise<boolean> {
    const { credential } = this.random.choose([...this.#families, ...this.#sessions, ...this.#keys]);
    await this.#ask('GetAccount', 'GET', '/v1/accounts/me', { credential, shown: credential.secret });
    return true;
  }

  /** Shows something that was ended before: it must have no effect any more. */
  async #useEnded(): Promise<boolean> {
    if (this.#ended.length === 0) return this.#endSession();
    const credential = this.random.choose(this.#ended);
    await this.#ask('GetAccount', 'GET', '/v1/accounts/me', { credential, shown: credential.secret });
    return true;
  }

  async #makeKey(): Promise<boolean> {
    if (this.#keys.length > 5) return this.#revokeKey();
    const body = { displayName: 'history', permissions: ['resources:read'] };
    const made = await this.#ask<{ apiKey: { id: string }; secret: string }>(
      'CreateApiKey',
      'POST',
      '/v1/apiKeys',
      { body, credential: this.#signedIn() },
    );
    if (made.operation.status === 200) this.#keys.push(keyOf(made.body));
    return true;
  }

  /** Rotates one key several times at once: it has one successor. */
  async #rotateKey(): Promise<boolean> {
    if (this.#keys.length === 0) return this.#makeKey();
    const { id } = this.#take(this.#keys);
    const credential = this.#signedIn();
    const once = () =>
      this.#ask<{ apiKey: { id: string }; secret: string }>(
        'RotateApiKey',
        'POST',
        `/v1/apiKeys/${id}:rotate`,
        {
          body: {},
          credential,
          shown: id,
          got: ({ body }) => (body['apiKey'] as { id: string }).id,
        },
      );
    const answers = await Promise.all(Array.from({ length: this.random.between(1, AT_ONCE) }, once));
    for (const { operation, body } of answers) if (operation.status === 200) this.#keys.push(keyOf(body));
    return true;
  }

  async #revokeKey(): Promise<boolean> {
    if (this.#keys.length === 0) return this.#makeKey();
    const { id, credential } = this.#take(this.#keys);
    const { operation } = await this.#ask('RevokeApiKey', 'DELETE', `/v1/apiKeys/${id}`, {
      credential: this.#signedIn(),
      shown: credential.secret,
    });
    return this.#note(operation, [credential]);
  }

  async #endSession(): Promise<boolean> {
    if (this.#sessions.length === 0) return this.#beginSession();
    const { id, credential } = this.#take(this.#sessions);
    const { operation } = await this.#ask('EndSession', 'DELETE', `/v1/sessions/${id}`, {
      credential: this.#signedIn(),
      shown: credential.secret,
    });
    return this.#note(operation, [credential]);
  }

  async #logout(): Promise<boolean> {
    const { refreshToken, credential } = this.#take(this.#families);
    if (refreshToken === undefined) return true;
    const { operation } = await this.#ask('Logout', 'POST', '/v1/auth/logout', {
      body: { refreshToken },
      shown: credential.secret,
    });
    return this.#note(operation, [credential]);
  }

  /** Ends every other sign-in; keys stay. */
  async #changePassword(): Promise<boolean> {
    const kept = this.random.choose(this.#families);
    const others = [...this.#families, ...this.#sessions]
      .filter((holding) => holding !== kept)
      .map(({ credential }) => credential);
    const newOne = newPassword();
    const body = { currentPassword: this.#password, newPassword: newOne };
    const { operation } = await this.#ask('ChangePassword', 'POST', '/v1/accounts/me:changePassword', {
      body,
      credential: kept.credential,
      shown: others.map(({ secret }) => secret).join(' '),
    });
    [this.#families, this.#sessions] = [[kept], []];
    if (operation.status !== 200) return false;
    this.#password = newOne;
    return this.#note(operation, others);
  }

  /** Remembers what an acknowledged call has ended. */
  #note({ status }: Operation, ended: readonly ShownCredential[]): true {
    if (status === 200) this.#ended.push(...ended);
    return true;
  }

  /** A credential that a person signed in with. */
  #signedIn(): ShownCredential {
    return this.random.choose([...this.#families, ...this.#sessions]).credential;
  }

  #take(from: Holding[]): Holding {
    const taken = this.random.choose(from);
    from.splice(from.indexOf(taken), 1);
    return taken;
  }

  #ask<Body = Json>(
    action: string,
    method: Asked['method'],
    path: string,
    more: Pick<Asked, 'body' | 'credential' | 'shown' | 'got'>,
  ): Promise<{ readonly operation: Operation; readonly body: Body }> {
    const gateway = this.random.choose(this.gateways);
    return this.history.ask<Body>({ actor: this.#name, action, gateway, method, path, ...more });
  }
}

function newPassword(): string {
  return `long enough ${randomUUID()}`;
}

function familyOf({ accessToken, refreshToken }: TokensBody): Holding {
  return { id: refreshToken, credential: { kind: 'access token', secret: accessToken }, refreshToken };
}

function keyOf({
  apiKey,
  secret,
}: {
  readonly apiKey: { readonly id: string };
  readonly secret: string;
}): Holding {
  return { id: apiKey.id, credential: { kind: 'api key', secret } };
}
