import 'reflect-metadata';
import {
  GetResourceResponse,
  ListResourcesResponse,
  ResourceServiceService,
} from '@gatehouse/contracts/resources';
import { defaultLoadLimits, startService } from '@gatehouse/grpc';
import { AccessGuard, GuardModule } from '@gatehouse/guard';
import { createLogger, openTelemetry } from '@gatehouse/telemetry';
import { KeySet } from '@gatehouse/tokens';
import { answer } from '../answer.js';
import { replies } from '../gateway/resources.js';
import { FixedModule } from '../guard/fixed-module.js';
import { followedRevocations } from '../guard/followed-revocations.js';
import { API_AUDIENCE, ISSUER, type PublicKey } from '../guard/issuer.js';

answer({
  /** A service as it is deployed, log lines and metrics included, but for what it answers from. */
  start: async (publicKey: PublicKey): Promise<number> => {
    const log = createLogger({ service: 'resources', level: 'info' });
    await openTelemetry({ service: 'resources', version: 'bench', log });
    const guard = GuardModule.register({
      issuer: ISSUER,
      apiAudience: API_AUDIENCE,
      service: 'resources',
      keys: KeySet.from(publicKey.keySet),
      ...followedRevocations(),
    });
    const { GetResource, ListResources } = replies();
    const { port } = await startService({
      module: FixedModule.register([guard], {
        get: GetResourceResponse.decode(GetResource),
        list: ListResourcesResponse.decode(ListResources),
      }),
      definitions: [ResourceServiceService],
      guard: (app) => app.get(AccessGuard),
      host: '127.0.0.1',
      port: 0,
      healthPort: 0,
      reflection: false,
      drainTimeoutMs: 0,
      // Whatever else the machine does, nothing is refused because of it.
      load: { ...defaultLoadLimits, maxLoopBehindMs: 60_000 },
      log,
    });
    return port;
  },
});
