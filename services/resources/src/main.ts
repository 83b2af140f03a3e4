import 'reflect-metadata';
import { runUntilStopped } from '@gatehouse/grpc';
import { createLogger } from '@gatehouse/telemetry';
import { readResourcesSettings, SERVICE } from './config.js';
import { startResources } from './start-resources.js';

await runUntilStopped(createLogger({ service: SERVICE, level: 'info' }), async () => {
  const settings = readResourcesSettings();
  return startResources(settings, createLogger({ service: SERVICE, level: settings.LOG_LEVEL }));
});
