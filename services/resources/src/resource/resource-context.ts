import type { AuditTrail } from '@gatehouse/audit';
import type { PageTokens } from '@gatehouse/postgres';
import type { ResourceChanges } from './resource-changes.js';
import type { ResourceListStore } from './resource-list.store.js';
import type { ResourceStore } from './resource.store.js';

/** What the handlers of resources work with. */
export class ResourceContext {
  constructor(
    readonly resources: ResourceStore,
    readonly lists: ResourceListStore,
    readonly pages: PageTokens,
    readonly changes: ResourceChanges,
    readonly audit: AuditTrail,
  ) {}
}
