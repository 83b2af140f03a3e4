import type { PageTokens } from '@gatehouse/postgres';
import type { ResourceListStore } from './resource-list.store.js';
import type { ResourceStore } from './resource.store.js';

/** What the handlers of resources work with. */
export class ResourceContext {
  constructor(
    readonly resources: ResourceStore,
    readonly lists: ResourceListStore,
    readonly pages: PageTokens,
  ) {}
}
