import { atMost, median, told, type Figure } from '@gatehouse/report';
import { spawnPeer } from '../peer.js';
import { inEpochs, type Measured } from '../rounds.js';
import { emptyCalls } from './empty-calls.js';
import { createIssuer } from './issuer.js';
import { resourceCalls } from './resource-calls.js';

const EPOCHS = 3;

/**
 * What the guard costs: an empty Nest call without a guard, behind ours with
 * access tokens known and unknown, and behind the usual `AuthGuard('jwt')`;
 * then GetResource of the real service on a real PostgreSQL.
 */
export async function guardBench(): Promise<readonly Figure[]> {
  const issuer = createIssuer();
  const load = spawnPeer(new URL('../load/load-process.js', import.meta.url));
  try {
    const empty = await inEpochs(EPOCHS, () => emptyCalls(issuer, load));
    const resource = await inEpochs(EPOCHS, () => resourceCalls(issuer, load));
    return [
      ...costs('empty call', empty),
      ...costs('GetResource', resource),
      atMost(12, 'empty call: a warm guard adds', addedPercent(empty, 'warm guard'), '% CPU'),
      told('empty call: a cold guard adds', addedPercent(empty, 'cold guard'), '% CPU'),
      told("empty call: AuthGuard('jwt') adds", addedPercent(empty, "AuthGuard('jwt')"), '% CPU'),
      atMost(6, 'GetResource: a warm guard adds', addedPercent(resource, 'warm guard'), '% CPU'),
    ];
  } finally {
    await load.stop();
  }
}

function costs(call: string, measured: Measured): Figure[] {
  return [...measured].flatMap(([name, rounds]) => [
    told(`${call}, ${name}: rate`, rounded(median(rounds.map(({ rate }) => rate))), 'calls/s'),
    told(`${call}, ${name}: CPU`, rounded(median(rounds.map(({ cpuUs }) => cpuUs))), 'us/call'),
  ]);
}

/** The median over the rounds of what a guard adds to a call without one, in percent of that call's CPU. */
function addedPercent(measured: Measured, guard: string): number {
  const unguarded = measured.get('no guard') ?? [];
  const ratios = (measured.get(guard) ?? []).map(
    ({ cpuUs }, index) => cpuUs / (unguarded[index]?.cpuUs ?? NaN),
  );
  return rounded((median(ratios) - 1) * 100);
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
