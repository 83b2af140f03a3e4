import type { Server } from 'node:http';
import { setImmediate as loopTurn } from 'node:timers/promises';
import { promisify } from 'node:util';

/**
 * Stops accepting and finishes what is in flight.
 *
 * The kernel connects clients before they are accepted, and cuts those off that have not been when listening ends. So it
 * ends right after a look at who has come, and nothing is done between the two.
 *
 * @param cut ends what is left after the bound
 */
export async function endServer(server: Server, cut: () => void, boundMs: number): Promise<void> {
  const timer = setTimeout(cut, boundMs);
  // The first turn may be over before the loop looks; before the second one is, it has.
  await loopTurn();
  await loopTurn();
  await promisify(server.close.bind(server))();
  clearTimeout(timer);
}
