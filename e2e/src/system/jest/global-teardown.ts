import { systemOfThisRun } from './running.js';

/** Jest's globalTeardown: nothing that was started outlives the run. */
export default async function globalTeardown(): Promise<void> {
  await systemOfThisRun.current?.[Symbol.asyncDispose]();
}
