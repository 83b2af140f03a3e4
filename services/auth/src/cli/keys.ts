import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '@gatehouse/errors';
import type { KeyKeeper } from '../signing-key/key-keeper.js';
import { authReasons } from '../reasons.js';
import { commandOrigin } from './command-origin.js';
import { runCommand, UsageFault } from './run-command.js';

const USAGE = `usage: npm run keys -- list
       npm run keys -- rotate        replace the active signing key by the published one
       npm run keys -- revoke KID    remove a signing key and refuse everything it signed`;

/** How often somebody who waits is told so, in milliseconds. */
const SAY_EVERY_MS = 5_000;

await runCommand(async ({ keyKeeper }) => {
  const [command, kid, ...rest] = process.argv.slice(2);
  if (rest.length > 0) throw new UsageFault(USAGE);
  if (command === 'rotate' && kid === undefined) await rotate(keyKeeper);
  else if (command === 'revoke' && kid !== undefined) await keyKeeper.revoke(kid, commandOrigin('RevokeKey'));
  else if (command !== 'list' || kid !== undefined) throw new UsageFault(USAGE);
  await print(keyKeeper);
});

/** Waits until every live verifier accepts the next key, or, with none, until all can know it. */
async function rotate(keeper: KeyKeeper): Promise<void> {
  const origin = commandOrigin('RotateKey');
  for (let said = performance.now(); ;) {
    try {
      return await keeper.rotate(origin);
    } catch (error) {
      if (!(error instanceof AppError && error.reason === authReasons.KEY_TOO_YOUNG.reason)) throw error;
      const waitMs = error.retryAfterMs ?? 1_000;
      // Acknowledgements take a moment; who waits for longer is told, and not five times a second.
      if (waitMs >= SAY_EVERY_MS || performance.now() - said > SAY_EVERY_MS) {
        const seconds = Math.ceil(waitMs / 1_000);
        process.stderr.write(`not every verifier knows the next key yet: looking again in ${seconds} s\n`);
        said = performance.now();
      }
      await delay(waitMs);
    }
  }
}

async function print(keeper: KeyKeeper): Promise<void> {
  for (const { kid, state, ageMs } of await keeper.list()) {
    process.stdout.write(`${kid}  ${state.padEnd(9)}  for ${Math.floor(ageMs / 1_000)} s\n`);
  }
}
