import { Module, type DynamicModule } from '@nestjs/common';
import { GuardModule, type GuardOptions } from '@gatehouse/guard';
import { ProvisioningController } from './provisioning/provisioning.controller.js';
import { UserContext } from './user/user-context.js';
import { UserController } from './user/user.controller.js';

/** Puts the service together. */
@Module({})
export class AppModule {
  static register(context: UserContext, access: GuardOptions): DynamicModule {
    return {
      module: AppModule,
      imports: [GuardModule.register(access)],
      controllers: [UserController, ProvisioningController],
      providers: [{ provide: UserContext, useValue: context }],
    };
  }
}
