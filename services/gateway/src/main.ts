import 'reflect-metadata';
import { runUntilStopped } from '@gatehouse/grpc';
import { createLogger } from '@gatehouse/telemetry';
import { readGatewaySettings } from './config.js';
import { startGateway } from './start-gateway.js';

const boot = createLogger({ service: 'gateway', level: 'info' });

await runUntilStopped(boot, () => {
  const settings = readGatewaySettings();
  return startGateway(settings, createLogger({ service: 'gateway', level: settings.LOG_LEVEL }));
});
