import type Provider from 'oidc-provider';
import { platformReasons } from '@gatehouse/errors';
import type { AuthContext } from '../auth-context.js';
import type { Visit } from '../web/visit.js';
import type { NameOf } from './account-claims.js';
import { buildProvider } from './build-provider.js';
import { IssuerKey } from './issuer-key.js';
import { prepare } from './prepare-request.js';

type Serve = ReturnType<Provider['callback']>;

interface Built {
  readonly provider: Provider;
  readonly serve: Serve;
}

/**
 * The library at work. It takes its keys when it is made, and remembers nothing that is not in PostgreSQL: so another
 * one is made whenever the keys have changed, and requests that are under way end with the one before.
 */
export class OauthProviders {
  readonly #context: AuthContext;
  #built: Built | undefined;
  readonly #nameOf: NameOf;

  constructor(context: AuthContext, nameOf: NameOf) {
    this.#context = context;
    this.#nameOf = nameOf;
    context.keys.follow(() => (this.#built = undefined));
  }

  /** @throws AppError KEYS_UNAVAILABLE before a key signs */
  get current(): Provider {
    return this.#current().provider;
  }

  /** Serves a request of the protocol. */
  async serve(visit: Visit): Promise<void> {
    await prepare(visit, this.#context.webOrigin);
    const { request, response } = visit;
    // In development the issuer is plain HTTP on this machine, from which browsers take secure cookies all the same.
    request.headers['x-forwarded-proto'] = 'https';
    await this.#current().serve(request, response);
  }

  #current(): Built {
    return (this.#built ??= this.#build());
  }

  #build(): Built {
    const { keys } = this.#context;
    const active = keys.active().keyId;
    const isActive = (kid: string) => Number(kid === active);
    const published = keys.published.toSorted((a, b) => isActive(b.kid) - isActive(a.kid));
    if (published.length === 0) throw platformReasons.KEYS_UNAVAILABLE({ retryAfterMs: 1_000 });
    const signing = published.map((jwk) => new IssuerKey(keys, jwk));
    const provider = buildProvider(this.#context, signing, this.#nameOf);
    return { provider, serve: provider.callback() };
  }
}
