import 'reflect-metadata';
import { traceTarget } from '@gatehouse/config';
import { runUntilStopped } from '@gatehouse/grpc';
import { createLogger, openTelemetry, serviceVersion } from '@gatehouse/telemetry';
import { readResourcesSettings, SERVICE } from './config.js';
import { startResources } from './start-resources.js';

const version = serviceVersion(new URL('../package.json', import.meta.url));

await runUntilStopped(createLogger({ service: SERVICE, level: 'info' }), async () => {
  const settings = readResourcesSettings();
  const log = createLogger({ service: SERVICE, level: settings.LOG_LEVEL });
  const telemetry = await openTelemetry({ service: SERVICE, version, traces: traceTarget(settings), log });
  const running = await startResources(settings, log);
  return { stop: () => running.stop().finally(() => telemetry.shutdown()) };
});
