import type Provider from 'oidc-provider';
import type { Client } from 'oidc-provider';

/**
 * Has clients know people by the names of our sectors, where they do. The library would look for a sector by rules of its
 * own when it reads a client, which have none for what runs on a device.
 */
export function nameByOwnSectors({ Client: { prototype } }: Provider): void {
  Object.defineProperty(prototype, 'subjectType', {
    get(this: Client) {
      return this['own_pairwise'] === true ? 'pairwise' : 'public';
    },
    // The library writes down what it has read.
    set() {},
  });
}
