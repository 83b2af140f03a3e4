import { pino, type DestinationStream } from 'pino';

/** How long a line waits for others at most, in milliseconds. */
const HOLD_MS = 10;

/** More is written before that, in characters: the most that goes with one system call. */
const MAX_HELD = 16 * 1024;

let output: DestinationStream | undefined;

/**
 * Standard output, which gets the lines of some milliseconds together: a system call costs more than a line, and under
 * most loads a turn of the event loop has but one. A process that ends by itself or by an error writes what it has; one
 * that is killed loses {@link HOLD_MS} at most.
 */
export function standardOutput(): DestinationStream {
  return (output ??= openOutput());
}

function openOutput(): DestinationStream {
  const target = pino.destination({ sync: true });
  let held = '';
  let isDue = false;
  const writeHeld = () => {
    isDue = false;
    if (held === '') return;
    const lines = held;
    held = '';
    target.write(lines);
  };
  process.on('exit', writeHeld);
  return {
    write(line) {
      held += line;
      if (held.length >= MAX_HELD) writeHeld();
      else if (!isDue) {
        isDue = true;
        setTimeout(writeHeld, HOLD_MS);
      }
    },
  };
}
