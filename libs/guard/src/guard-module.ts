import { Module, type DynamicModule } from '@nestjs/common';
import { PassportModule } from '@nestjs/passport';
import { AccessGuard, type OnRefusal } from './access-guard.js';
import { AccessTokenStrategy } from './access-token-strategy.js';
import { ProofCheck, type ProofCheckOptions } from './proof/proof-check.js';
import { AccessTokens, type AccessTokensOptions } from './access-tokens.js';

/** Whose access tokens a service accepts, and who hears of refusals. */
export type GuardOptions = AccessTokensOptions &
  Pick<ProofCheckOptions, 'useProof'> & {
    /** Told when a principal is known and refused by the rule of the method; must not throw. */
    readonly onRefusal?: OnRefusal;
  };

/** What a service imports to know its callers. Passport's registry allows one per process. */
@Module({})
export class GuardModule {
  static register(options: GuardOptions): DynamicModule {
    return {
      module: GuardModule,
      imports: [PassportModule],
      providers: [
        { provide: AccessTokens, useFactory: () => new AccessTokens(options) },
        AccessTokenStrategy,
        {
          provide: AccessGuard,
          useFactory: (tokens: AccessTokens) =>
            new AccessGuard(tokens, new ProofCheck(options), options.onRefusal),
          inject: [AccessTokens],
        },
      ],
      exports: [AccessGuard, AccessTokens],
    };
  }
}
