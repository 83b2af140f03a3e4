import type { Logger } from '@gatehouse/telemetry';

/**
 * Runs a process from start to stop: stops on SIGTERM, SIGINT, and when the
 * process that started it is gone (its IPC channel closes). A start that
 * fails is one clear line and exit code 1.
 *
 * @param start starts everything and returns how to stop it, within a bound
 */
export async function runUntilStopped(
  log: Logger,
  start: () => Promise<{ stop(): Promise<void> }>,
): Promise<void> {
  process.on('unhandledRejection', (error) => log.error({ error }, 'unhandled rejection'));
  let running: { stop(): Promise<void> };
  try {
    running = await start();
  } catch (error) {
    log.fatal({ error }, 'cannot start');
    process.exitCode = 1;
    if (process.connected) process.disconnect();
    setTimeout(() => process.exit(1), 1_000).unref();
    return;
  }
  await new Promise<void>((resolve) => {
    for (const event of ['SIGTERM', 'SIGINT', 'disconnect']) process.once(event, () => resolve());
  });
  await running.stop();
  process.exit(0);
}
