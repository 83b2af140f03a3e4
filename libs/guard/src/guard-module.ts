import { Module, type DynamicModule } from '@nestjs/common';
import { PassportModule } from '@nestjs/passport';
import { AccessGuard } from './access-guard.js';
import { AccessTokenStrategy } from './access-token-strategy.js';
import { AccessTokens, type AccessTokensOptions } from './access-tokens.js';

/** What a service imports to know its callers. Passport's registry allows one per process. */
@Module({})
export class GuardModule {
  static register(options: AccessTokensOptions): DynamicModule {
    return {
      module: GuardModule,
      imports: [PassportModule],
      providers: [
        { provide: AccessTokens, useFactory: () => new AccessTokens(options) },
        AccessTokenStrategy,
        AccessGuard,
      ],
      exports: [AccessGuard, AccessTokens],
    };
  }
}
