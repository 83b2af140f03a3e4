// A mixed load in a process of its own: neither what is loaded nor what breaks it waits for the generator.
import { MixedLoad, type MixedLoadOptions, type Pace } from './mixed-load.js';
import type { FromLoad, ToLoad } from './load-messages.js';

/** How often it tells how many calls have ended, in milliseconds. */
const EVERY_MS = 250;

const load = new MixedLoad(JSON.parse(process.argv[2] ?? '{}') as MixedLoadOptions);
const tell = (message: FromLoad) => process.send?.(message);

process.on('disconnect', () => process.exit());
process.on('message', (message: ToLoad) => {
  if ('end' in message) load.end();
  else void run(message.run);
});

async function run(pace: Pace): Promise<void> {
  const ticker = setInterval(() => tell({ count: load.count }), EVERY_MS);
  const result = await load.run(pace);
  clearInterval(ticker);
  tell({ result });
}

await load.prepare();
tell({ ready: true });
