import { allowInsecureRequests, customFetch, discovery, None, type ServerMetadata } from 'openid-client';
import type { OutboundFetch } from '../outbound/outbound-fetch.js';
import { answerRefused } from './provider-fault.js';
import { toCustomFetch } from './custom-fetch.js';

/** How long metadata is good, in milliseconds. While the provider is away what was last known is used. */
const MAX_AGE_MS = 3_600_000;

/** Signatures that are accepted on ID tokens; what a provider offers besides is not. */
const ALGORITHMS = [
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
  'PS256',
  'PS384',
  'PS512',
  'RS256',
  'RS384',
  'RS512',
];

export interface ProviderMetadataOptions {
  readonly issuer: string;
  readonly fetch: OutboundFetch;
  /** A clock that never goes back, in milliseconds. */
  readonly now?: () => number;
}

/** The metadata of a provider (OpenID Connect Discovery), read when it is needed and never at the start. */
export class ProviderMetadata {
  readonly #options: Required<ProviderMetadataOptions>;
  #known: { readonly metadata: ServerMetadata; readonly at: number } | undefined;
  #reading: Promise<ServerMetadata> | undefined;

  constructor({ now = () => performance.now(), ...options }: ProviderMetadataOptions) {
    this.#options = { ...options, now };
  }

  /** @throws what openid-client and the fetch throw, and AppError PROVIDER_ANSWER_REFUSED */
  async get(): Promise<ServerMetadata> {
    const known = this.#known;
    if (known && this.#options.now() - known.at < MAX_AGE_MS) return known.metadata;
    this.#reading ??= this.#read().finally(() => (this.#reading = undefined));
    return this.#reading.catch((error: unknown) => {
      if (known) return known.metadata;
      throw error;
    });
  }

  async #read(): Promise<ServerMetadata> {
    const { issuer, fetch, now } = this.#options;
    const at = now();
    const found = await discovery(new URL(issuer), 'metadata', undefined, None(), {
      [customFetch]: toCustomFetch(fetch),
      // Whether TLS can be done without is the fetch's to say.
      execute: [allowInsecureRequests],
    });
    const metadata: ServerMetadata = found.serverMetadata();
    // The library compares URLs, with exceptions for some providers; an issuer is a text (RFC 8414, section 3.3).
    if (metadata.issuer !== issuer) throw answerRefused('METADATA_ISSUER');
    const offered = metadata.id_token_signing_alg_values_supported ?? ['RS256'];
    const id_token_signing_alg_values_supported = offered.filter((name) => ALGORITHMS.includes(name));
    const known = { metadata: { ...metadata, id_token_signing_alg_values_supported }, at };
    this.#known = known;
    return known.metadata;
  }
}
