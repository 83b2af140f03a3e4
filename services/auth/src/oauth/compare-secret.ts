import type Provider from 'oidc-provider';
import type { Client } from 'oidc-provider';
import { matchesSecret } from '../client/client-secret.js';

/** Has the secrets of clients compared by their hashes: nothing else of them is kept. Two are good while one takes over. */
export function compareByHashes({ Client: { prototype } }: Provider): void {
  prototype.compareClientSecret = function (this: Client, presented: string) {
    const hashes = this['secret_hashes'] as readonly string[];
    return matchesSecret(
      presented,
      hashes.map((hash) => Buffer.from(hash, 'base64')),
    );
  };
}
