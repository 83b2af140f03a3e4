import { Module, type DynamicModule } from '@nestjs/common';
import { GuardModule, type GuardOptions } from '@gatehouse/guard';
import { AccountController } from './account/account.controller.js';
import { ApiKeyController } from './api-key/api-key.controller.js';
import { AuditController } from './audit/audit.controller.js';
import { AuthContext } from './auth-context.js';
import { ClientController } from './client/client.controller.js';
import { GrantController } from './grant/grant.controller.js';
import { IdentityController } from './identity/identity.controller.js';
import { KeySetController } from './key-set/key-set.controller.js';
import { ProofController } from './proof/proof.controller.js';
import { RevocationController } from './revocation/revocation.controller.js';
import { RoleController } from './role/role.controller.js';
import { SessionController } from './session/session.controller.js';
import { TokenController } from './token/token.controller.js';

/** Puts the service together. */
@Module({})
export class AppModule {
  static register(context: AuthContext, access: GuardOptions): DynamicModule {
    return {
      module: AppModule,
      imports: [GuardModule.register(access)],
      controllers: [
        AccountController,
        TokenController,
        ProofController,
        SessionController,
        ApiKeyController,
        IdentityController,
        ClientController,
        GrantController,
        RoleController,
        RevocationController,
        AuditController,
        KeySetController,
      ],
      providers: [{ provide: AuthContext, useValue: context }],
    };
  }
}
