import type { AuditTrail } from '@gatehouse/audit';
import type { PageTokens } from '@gatehouse/postgres';
import type { ShareStore } from './share.store.js';

/** What the handlers of shares work with. */
export class ShareContext {
  constructor(
    readonly shares: ShareStore,
    readonly pages: PageTokens,
    readonly audit: AuditTrail,
  ) {}
}
