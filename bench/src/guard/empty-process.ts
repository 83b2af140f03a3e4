import 'reflect-metadata';
import { ResourceServiceService } from '@gatehouse/contracts/resources';
import { AccessGuard, GuardModule } from '@gatehouse/guard';
import { KeySet } from '@gatehouse/tokens';
import { answer } from '../answer.js';
import { FixedModule } from './fixed-module.js';
import { followedRevocations } from './followed-revocations.js';
import { API_AUDIENCE, ISSUER, type PublicKey } from './issuer.js';
import { serve } from './serve.js';
import { StockGuard, StockGuardModule } from './stock-guard.js';

/** What guards the empty service. */
export type EmptyGuard = 'none' | 'gatehouse' | 'stock';

const definitions = [ResourceServiceService];

answer({
  start: ({ guard, publicKey }: { guard: EmptyGuard; publicKey: PublicKey }): Promise<number> => {
    if (guard === 'none') return serve(FixedModule.register([]), definitions);
    if (guard === 'stock') {
      const module = FixedModule.register([StockGuardModule.register(publicKey.pem)]);
      return serve(module, definitions, (app) => app.get(StockGuard));
    }
    const keys = KeySet.from(publicKey.keySet);
    const access = {
      issuer: ISSUER,
      apiAudience: API_AUDIENCE,
      service: 'resources',
      keys,
      ...followedRevocations(),
    };
    const module = FixedModule.register([GuardModule.register(access)]);
    return serve(module, definitions, (app) => app.get(AccessGuard));
  },
  cpu: () => process.cpuUsage(),
});
