// `npm start [-- --fresh --social]`: everything, on a machine with nothing but Node and npm.
import { readStartOptions, type StartOptions } from './config.js';
import { publishRunning } from './running-file.js';
import { screen } from './screen.js';
import { explain } from './start-fault.js';
import { describeSystem, thisSystem } from './start-system.js';
import type { System } from './system.js';

/** Runs until it is told to end (0), something ends by itself or cannot start (1), or it is forced (130). */
async function main(): Promise<number> {
  let options: StartOptions;
  try {
    options = readStartOptions(process.argv.slice(2));
  } catch (error) {
    return report(error);
  }
  const system = thisSystem(options, (text) => console.log(`  ${text}`));
  const told = untilTold(system);
  let forget = async () => {};
  let code = 0;
  try {
    const outcome = await Promise.race([system.start().then(() => 'running'), system.failed, told]);
    if (outcome === 'running') {
      const running = describeSystem(system, options);
      forget = await publishRunning(options.folder, running);
      console.log(screen(running));
      await Promise.race([system.failed, told]);
    }
  } catch (error) {
    code = report(error);
  }
  await forget();
  await system.stop();
  return code;
}

/** One Ctrl-C arrives twice: from the terminal, and passed on by npm. */
const SAME_KEY_PRESS_MS = 500;

/** The first signal asks for an orderly end; the second does not wait for it. */
function untilTold(system: System): Promise<'told'> {
  return new Promise((resolve) => {
    let askedAt: number | undefined;
    const onSignal = () => {
      if (askedAt !== undefined) {
        if (performance.now() - askedAt < SAME_KEY_PRESS_MS) return;
        system.killAll();
        process.exit(130);
      }
      askedAt = performance.now();
      console.log('\n  ending (Ctrl-C again to force it)');
      resolve('told');
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  });
}

function report(error: unknown): number {
  const sentence = explain(error);
  console.error(sentence === undefined ? error : `\n${sentence}`);
  return 1;
}

process.exit(await main());
