import { Module, type DynamicModule } from '@nestjs/common';
import type { AuditTrail } from '@gatehouse/audit';
import { GuardModule, type GuardOptions } from '@gatehouse/guard';
import type { PageTokens, Sql } from '@gatehouse/postgres';
import { ErasureController } from './erasure/erasure.controller.js';
import { ErasureStore } from './erasure/erasure.store.js';
import type { ResourceChanges } from './resource/resource-changes.js';
import { ResourceContext } from './resource/resource-context.js';
import { ResourceListStore } from './resource/resource-list.store.js';
import { ResourceController } from './resource/resource.controller.js';
import { ResourceStore } from './resource/resource.store.js';
import { ShareContext } from './share/share-context.js';
import { ShareController } from './share/share.controller.js';
import { ShareStore } from './share/share.store.js';

/** The one database, by two ways: single rows do not wait behind lists. */
export interface Databases {
  readonly rows: Sql;
  readonly lists: Sql;
}

/** Puts the service together. */
@Module({})
export class AppModule {
  static register(
    sql: Databases,
    pages: PageTokens,
    changes: ResourceChanges,
    audit: AuditTrail,
    access: GuardOptions,
  ): DynamicModule {
    const resources = new ResourceContext(
      new ResourceStore(sql.rows),
      new ResourceListStore(sql.lists),
      pages,
      changes,
      audit,
    );
    return {
      module: AppModule,
      imports: [GuardModule.register(access)],
      controllers: [ResourceController, ShareController, ErasureController],
      providers: [
        { provide: ResourceContext, useValue: resources },
        { provide: ShareContext, useValue: new ShareContext(new ShareStore(sql.rows), pages, audit) },
        { provide: ErasureStore, useValue: new ErasureStore(sql.rows) },
      ],
    };
  }
}
