import 'reflect-metadata';
import { readGatewaySettings } from '@gatehouse/gateway/config';
import { startGateway } from '@gatehouse/gateway/start-gateway';
import { createLogger, openTelemetry } from '@gatehouse/telemetry';
import { answer } from '../answer.js';
import { ISSUER } from '../guard/issuer.js';
import type { GatewayStart } from './gateway-start.js';
import { Observation } from './observation.js';

let observation: Observation | undefined;

answer({
  /** The gateway as it is deployed, log lines and metrics included. */
  start: async ({ ports, environment = {} }: GatewayStart): Promise<number> => {
    const settings = readGatewaySettings({
      GATEHOUSE_ENVIRONMENT: 'development',
      GATEHOUSE_ISSUER: ISSUER,
      GATEHOUSE_HTTP_PORT: '0',
      GATEHOUSE_HEALTH_PORT: '0',
      GATEHOUSE_CLIENT_SECRET: 'a client secret of a bench',
      GATEHOUSE_AUTH_ADDRESS: `127.0.0.1:${ports.auth}`,
      GATEHOUSE_USERS_ADDRESS: `127.0.0.1:${ports.auth}`,
      GATEHOUSE_RESOURCES_ADDRESS: `127.0.0.1:${ports.grpc}`,
      // Whatever else the machine does, nothing is refused because of it.
      GATEHOUSE_MAX_LOOP_BEHIND_MS: '60000',
      ...environment,
    });
    const log = createLogger({ service: 'gateway', level: 'info' });
    await openTelemetry({ service: 'gateway', version: 'bench', log });
    return (await startGateway(settings, log)).port;
  },
  observe: async (what: 'cpu' | 'allocation') => void (observation = await Observation.begin(what)),
  observed: () => observation?.end(),
});
