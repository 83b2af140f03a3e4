import 'reflect-metadata';
import { runUntilStopped } from '@gatehouse/grpc';
import { createLogger } from '@gatehouse/telemetry';
import { readUsersSettings, SERVICE } from './config.js';
import { startUsers } from './start-users.js';

await runUntilStopped(createLogger({ service: SERVICE, level: 'info' }), async () => {
  const settings = readUsersSettings();
  return startUsers(settings, createLogger({ service: SERVICE, level: settings.LOG_LEVEL }));
});
