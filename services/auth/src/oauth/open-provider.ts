import type { IncomingMessage, ServerResponse } from 'node:http';
import { errors, type default as Provider } from 'oidc-provider';
import { platformReasons } from '@gatehouse/errors';
import type { AuthContext } from '../auth-context.js';
import type { NameOf } from './account-claims.js';
import { buildProvider } from './build-provider.js';
import type { Details } from './interactions.js';
import { IssuerKey } from './issuer-key.js';

/** The library with the keys of one moment. */
export interface OpenProvider {
  readonly provider: Provider;
  /** Serves a request of the protocol. */
  readonly serve: ReturnType<Provider['callback']>;
  /** The interaction that a browser is in by its cookie; undefined for none. */
  readonly interactionOf: (
    request: IncomingMessage,
    response: ServerResponse,
  ) => Promise<Details | undefined>;
}

/**
 * @param nameOf asks for the name of a person
 * @throws AppError KEYS_UNAVAILABLE before a key signs
 */
export function openProvider(context: AuthContext, nameOf: NameOf): OpenProvider {
  const { keys } = context;
  const active = keys.active().keyId;
  const isActive = (kid: string) => Number(kid === active);
  const published = keys.published.toSorted((a, b) => isActive(b.kid) - isActive(a.kid));
  if (published.length === 0) throw platformReasons.KEYS_UNAVAILABLE({ retryAfterMs: 1_000 });
  const signing = published.map((jwk) => new IssuerKey(keys, jwk));
  const provider = buildProvider(context, signing, nameOf);
  return {
    provider,
    serve: provider.callback(),
    interactionOf: (request, response) =>
      provider.interactionDetails(request, response).catch(undefinedForNone),
  };
}

function undefinedForNone(error: unknown): undefined {
  if (!(error instanceof errors.SessionNotFound)) throw error;
}
