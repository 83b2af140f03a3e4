import type { AuditTrail } from '@gatehouse/audit';
import type { PageTokens } from '@gatehouse/postgres';
import type { Accounts } from '../account/accounts.js';
import type { UserListStore } from './user-list.store.js';
import type { UserStore } from './user.store.js';

/** What the handlers of the directory work with. */
export class UserContext {
  constructor(
    readonly users: UserStore,
    readonly lists: UserListStore,
    readonly pages: PageTokens,
    readonly accounts: Accounts,
    readonly audit: AuditTrail,
  ) {}
}
