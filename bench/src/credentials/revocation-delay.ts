import { setTimeout as delay } from 'node:timers/promises';
import { median } from '@gatehouse/report';
import type { Callers, Presented } from './callers.js';
import type { Contestant } from './contestants.js';

const TRIALS = 5;
const EVERY_MS = 2;

/** A revocation that has not come by then does not come before the access token ends. */
const PATIENCE_MS = 5_000;

/**
 * How long a credential that is being ended still works: from asking for its end to the last call that began and
 * was answered well, in milliseconds; the median of some trials.
 *
 * @throws Error when it goes on working
 */
export async function revocationDelay(
  callers: Callers,
  contestant: Contestant,
  path: string,
): Promise<number> {
  const delays: number[] = [];
  while (delays.length < TRIALS) delays.push(await trial(await callers[contestant.kind](), contestant, path));
  return median(delays);
}

async function trial({ header, end }: Presented, { name, site }: Contestant, path: string): Promise<number> {
  const [field = '', value = ''] = header.split(': ');
  const call = async () => {
    const response = await fetch(`http://127.0.0.1:${site.port}${path}`, { headers: { [field]: value } });
    await response.arrayBuffer();
    return response.status;
  };
  const first = await call();
  if (first !== 200) throw new Error(`${name}: a good credential was answered with status ${first}`);
  const asked = performance.now();
  const ended = end();
  for (let last = asked; ; await delay(EVERY_MS)) {
    const begun = performance.now();
    const status = await call();
    if (status === 401) {
      await ended;
      return last - asked;
    }
    if (status !== 200) throw new Error(`${name}: a revoked credential was answered with status ${status}`);
    if (begun - asked > PATIENCE_MS) throw new Error(`${name}: a revoked credential goes on working`);
    last = begun;
  }
}
