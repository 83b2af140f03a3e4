import 'reflect-metadata';
import { traceTarget } from '@gatehouse/config';
import { runUntilStopped } from '@gatehouse/grpc';
import { createLogger, openTelemetry, serviceVersion } from '@gatehouse/telemetry';
import { readGatewaySettings, SERVICE } from './config.js';
import { startGateway } from './start-gateway.js';

const version = serviceVersion(new URL('../package.json', import.meta.url));

await runUntilStopped(createLogger({ service: SERVICE, level: 'info' }), async () => {
  const settings = readGatewaySettings();
  const log = createLogger({ service: SERVICE, level: settings.LOG_LEVEL });
  // Whoever calls here is a stranger.
  const traces = traceTarget(settings, { followCallers: false });
  const telemetry = await openTelemetry({ service: SERVICE, version, traces, log });
  const running = await startGateway(settings, log);
  return { stop: () => running.stop().finally(() => telemetry.shutdown()) };
});
