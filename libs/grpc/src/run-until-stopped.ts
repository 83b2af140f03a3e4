import type { Logger } from '@gatehouse/telemetry';
import { giveMemoryBack } from './give-memory-back.js';

/**
 * Runs a process from start to stop: stops on SIGTERM, SIGINT, and when the
 * process that started it is gone (its IPC channel closes). A start that
 * fails is one clear line and exit code 1. What nobody caught is in the log.
 *
 * @param start starts everything and returns how to stop it, within a bound
 */
export async function runUntilStopped(
  log: Logger,
  start: () => Promise<{ stop(): Promise<void> }>,
): Promise<void> {
  // One forgotten promise ends no process: with it would go every other call, and a caller who finds a way to make
  // one could end them all. An exception that nobody caught leaves code half-run, so Node ends the process.
  process.on('unhandledRejection', (error) => log.error({ error }, 'unhandled rejection'));
  process.on('uncaughtExceptionMonitor', (error, origin) => {
    if (origin === 'uncaughtException') log.fatal({ error }, 'uncaught exception');
  });
  let running: { stop(): Promise<void> };
  try {
    running = await start();
    giveMemoryBack();
  } catch (error) {
    log.fatal({ error }, 'cannot start');
    process.exitCode = 1;
    if (process.connected) process.disconnect();
    setTimeout(() => process.exit(1), 1_000).unref();
    return;
  }
  // Who started it may have gone meanwhile, which nobody is told of twice.
  if (process.connected !== false) {
    await new Promise<void>((resolve) => {
      for (const event of ['SIGTERM', 'SIGINT', 'disconnect']) process.once(event, () => resolve());
    });
  }
  await running.stop();
  process.exit(0);
}
