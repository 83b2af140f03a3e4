import { Module, type DynamicModule } from '@nestjs/common';
import { GuardModule, type AccessTokensOptions } from '@gatehouse/guard';
import { AccountController } from './account/account.controller.js';
import { AuthContext } from './auth-context.js';
import { KeySetController } from './key-set/key-set.controller.js';
import { RoleController } from './role/role.controller.js';
import { TokenController } from './token/token.controller.js';

/** Puts the service together. */
@Module({})
export class AppModule {
  static register(context: AuthContext, access: AccessTokensOptions): DynamicModule {
    return {
      module: AppModule,
      imports: [GuardModule.register(access)],
      controllers: [AccountController, TokenController, RoleController, KeySetController],
      providers: [{ provide: AuthContext, useValue: context }],
    };
  }
}
