import { atMost, told, type Figure } from '@gatehouse/report';
import type { SeedResult } from './run-seed.js';

/** Runs this many seeds one after the other, says what each has shown, and what all have. */
export async function seedFigures(
  seeds: number,
  run: (seed: number) => Promise<SeedResult>,
): Promise<readonly Figure[]> {
  const results: SeedResult[] = [];
  for (let seed = 1; seed <= seeds; seed++) {
    const result = await run(seed);
    results.push(result);
    const faults = Object.values(result.faults).flat();
    console.log(`  seed ${seed}: ${result.operations} calls, ${result.kills} kills, ${faults.length} faults`);
    for (const fault of faults) console.log(`    ${fault}`);
  }
  const sum = (of: (result: SeedResult) => number) => results.map(of).reduce((one, other) => one + other, 0);
  const count = (name: string, of: (result: SeedResult) => number) => told(name, sum(of), '');
  const none = (name: string, of: (result: SeedResult) => number) => atMost(0, name, sum(of), '');
  const survivalMs = Math.max(...results.map((result) => result.survivalMs));
  return [
    told('seeds', seeds, ''),
    count('calls', ({ operations }) => operations),
    count('acknowledged', ({ acknowledged }) => acknowledged),
    count('processes killed', ({ kills }) => kills),
    none('acknowledged without an audit event', ({ faults }) => faults.unrecorded.length),
    none('single-use things used twice', ({ faults }) => faults.usedTwice.length),
    none('families with two good refresh tokens', ({ forkedFamilies }) => forkedFamilies),
    none('ended credentials that still worked', ({ faults }) => faults.outlived.length),
    told('the longest that one still worked', survivalMs, 'ms'),
    none('good credentials that were refused', ({ faults }) => faults.refused.length),
  ];
}
