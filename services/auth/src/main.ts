import 'reflect-metadata';
import { traceTarget } from '@gatehouse/config';
import { runUntilStopped } from '@gatehouse/grpc';
import { createLogger, openTelemetry, serviceVersion } from '@gatehouse/telemetry';
import { readAuthSettings, SERVICE } from './config.js';
import { startAuth } from './start-auth.js';

const version = serviceVersion(new URL('../package.json', import.meta.url));

await runUntilStopped(createLogger({ service: SERVICE, level: 'info' }), async () => {
  const settings = readAuthSettings();
  const log = createLogger({ service: SERVICE, level: settings.LOG_LEVEL });
  const telemetry = await openTelemetry({ service: SERVICE, version, traces: traceTarget(settings), log });
  const running = await startAuth(settings, log);
  return { stop: () => running.stop().finally(() => telemetry.shutdown()) };
});
