import { atMost, told, type Figure } from '@gatehouse/report';
import { startOwnSystem } from '../../system/own-system.js';
import { runSeed, type SeedResult } from './run-seed.js';

const SEEDS = 20;
/** How long each seed lasts, in milliseconds. */
const LASTS_MS = 12_000;

/** Histories of people over two replicas of auth and gateway, of which one after the other is killed. */
export async function credentialsProof(): Promise<readonly Figure[]> {
  await using own = await startOwnSystem();
  const results: SeedResult[] = [];
  for (let seed = 1; seed <= SEEDS; seed++) {
    const result = await runSeed(own, seed, LASTS_MS);
    results.push(result);
    const faults = Object.values(result.faults).flat();
    console.log(`  seed ${seed}: ${result.operations} calls, ${result.kills} kills, ${faults.length} faults`);
    for (const fault of faults) console.log(`    ${fault}`);
  }
  const sum = (of: (result: SeedResult) => number) =>
    results.reduce((total, result) => total + of(result), 0);
  return [
    told('seeds', SEEDS, ''),
    told(
      'calls',
      sum(({ operations }) => operations),
      '',
    ),
    told(
      'acknowledged',
      sum(({ acknowledged }) => acknowledged),
      '',
    ),
    told(
      'processes killed',
      sum(({ kills }) => kills),
      '',
    ),
    atMost(
      0,
      'acknowledged without an audit event',
      sum(({ faults }) => faults.unrecorded.length),
      '',
    ),
    atMost(
      0,
      'single-use things used twice',
      sum(({ faults }) => faults.usedTwice.length),
      '',
    ),
    atMost(
      0,
      'families with two good refresh tokens',
      sum(({ forkedFamilies }) => forkedFamilies),
      '',
    ),
    atMost(
      0,
      'ended credentials that still worked',
      sum(({ faults }) => faults.outlived.length),
      '',
    ),
    atMost(
      0,
      'good credentials that were refused',
      sum(({ faults }) => faults.refused.length),
      '',
    ),
  ];
}
