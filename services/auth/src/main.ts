import 'reflect-metadata';
import { runUntilStopped } from '@gatehouse/grpc';
import { createLogger } from '@gatehouse/telemetry';
import { readAuthSettings, SERVICE } from './config.js';
import { startAuth } from './start-auth.js';

await runUntilStopped(createLogger({ service: SERVICE, level: 'info' }), async () => {
  const settings = readAuthSettings();
  return startAuth(settings, createLogger({ service: SERVICE, level: settings.LOG_LEVEL }));
});
