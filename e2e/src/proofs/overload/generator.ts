import { Caller } from './caller.js';
import type { Cores } from './cores.js';
import type { LoadOrder, LoadReport } from './load-messages.js';

/** Starts the process that sends loads. */
export function startGenerator(cores: Cores): Caller<LoadOrder, LoadReport> {
  return new Caller(cores, new URL('./generator-process.js', import.meta.url));
}
