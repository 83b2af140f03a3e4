import { lookup } from 'node:dns/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { Health, runUntilStopped } from '@gatehouse/grpc';
import { createLogger, openTelemetry, serviceVersion } from '@gatehouse/telemetry';
import { readEntranceSettings } from './config.js';
import { Entrance } from './entrance.js';

const SERVICE = 'entrance';

/** How long whoever asks for its health gets to notice that it is not ready, in milliseconds. */
const NOTICE_MS = 200;

const version = serviceVersion(new URL('../../package.json', import.meta.url));

await runUntilStopped(createLogger({ service: SERVICE, level: 'info' }), async () => {
  const settings = readEntranceSettings();
  const log = createLogger({ service: SERVICE, level: settings.LOG_LEVEL });
  // It reads nothing of what it passes on, so it has nothing to add to a trace.
  const telemetry = await openTelemetry({ service: SERVICE, version, log });
  const entrance = new Entrance(async () => {
    const addresses = await lookup(settings.GATEWAY_HOST, { all: true });
    return addresses.map(({ address }) => ({ host: address, port: settings.GATEWAY_PORT }));
  });
  const health = new Health([], [{ name: 'gateway', holds: () => entrance.isOpen() }]);
  const port = await entrance.listen(settings.HOST, settings.ENTRANCE_PORT);
  const healthPort = await health.start(settings.HOST, settings.HEALTH_PORT);
  log.info({ host: settings.HOST, port, health_port: healthPort }, 'listening');
  return {
    stop: async () => {
      health.drain();
      await delay(NOTICE_MS);
      await entrance.stop(settings.DRAIN_TIMEOUT_MS);
      await health.stop();
      log.info('stopped');
      await telemetry.shutdown();
    },
  };
});
