import { brokerOfThisRun } from './this-run.js';

/** Jest's globalTeardown: nothing that was started outlives the run. */
export default async function globalTeardown(): Promise<void> {
  await brokerOfThisRun.current?.close();
}
