import { succeeded, type RestClient } from './rest-client.js';

/** What the REST face says of an API key. */
export interface ApiKeyBody {
  readonly id: string;
  readonly displayName: string;
  readonly permissions: readonly string[];
  readonly expireTime: string;
  readonly lastUseTime?: string;
  readonly successorId?: string;
}

/** A key that was just made: the only answer that has its text. */
export interface MadeApiKey {
  readonly apiKey: ApiKeyBody;
  readonly secret: string;
}

/** What a key is made with, but for its name. */
export interface ApiKeyTerms {
  readonly permissions: readonly string[];
  /** Such as `3600s`. */
  readonly lifetime?: string;
  readonly allowedAddresses?: readonly string[];
}

/**
 * Makes an API key.
 *
 * @param rest as its owner
 * @throws Error when refused
 */
export async function makeApiKey(rest: RestClient, terms: ApiKeyTerms): Promise<MadeApiKey> {
  return succeeded(await rest.post<MadeApiKey>('/v1/apiKeys', { displayName: 'a program', ...terms }));
}

/** The REST face as a program sees it that has the key. */
export function withApiKey(rest: RestClient, secret: string): RestClient {
  return rest.showing({ kind: 'api key', secret });
}
