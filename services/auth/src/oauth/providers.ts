import type Provider from 'oidc-provider';
import type { AuthContext } from '../auth-context.js';
import type { Visit } from '../web/visit.js';
import type { NameOf } from './account-claims.js';
import type { Details } from './interactions.js';
import type { OpenProvider } from './open-provider.js';
import { prepare } from './prepare-request.js';

/**
 * The library at work. It takes its keys when it is made, and remembers nothing that is not in PostgreSQL: so another
 * one is made whenever the keys have changed, and requests that are under way end with the one before. It is loaded when
 * the first client comes: a replica that none has come to holds 15 MB less.
 */
export class OauthProviders {
  readonly #context: AuthContext;
  readonly #nameOf: NameOf;
  #opened: Promise<OpenProvider> | undefined;

  constructor(context: AuthContext, nameOf: NameOf) {
    this.#context = context;
    this.#nameOf = nameOf;
    context.keys.follow(() => (this.#opened = undefined));
  }

  /** @throws AppError KEYS_UNAVAILABLE before a key signs */
  async current(): Promise<Provider> {
    return (await this.#open()).provider;
  }

  /**
   * Serves a request of the protocol.
   *
   * @throws AppError KEYS_UNAVAILABLE
   */
  async serve(visit: Visit): Promise<void> {
    await prepare(visit, this.#context.webOrigin);
    const { serve } = await this.#open();
    await serve(...asSecure(visit));
  }

  /**
   * The interaction that a browser is in by its cookie; undefined for none.
   *
   * @throws AppError KEYS_UNAVAILABLE, DATABASE_UNAVAILABLE
   */
  async interactionOf(visit: Visit): Promise<Details | undefined> {
    const { interactionOf } = await this.#open();
    return interactionOf(...asSecure(visit));
  }

  #open(): Promise<OpenProvider> {
    if (this.#opened) return this.#opened;
    const opening = import('./open-provider.js').then(({ openProvider }) =>
      openProvider(this.#context, this.#nameOf),
    );
    opening.catch(() => {
      if (this.#opened === opening) this.#opened = undefined;
    });
    return (this.#opened = opening);
  }
}

/**
 * In development the issuer is plain HTTP on this machine, from which browsers take secure cookies all the same: the
 * library shows and takes them only of what says that it is secure.
 */
function asSecure({ request, response }: Visit): [Visit['request'], Visit['response']] {
  request.headers['x-forwarded-proto'] = 'https';
  return [request, response];
}
