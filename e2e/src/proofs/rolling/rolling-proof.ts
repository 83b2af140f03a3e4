import { atLeast, atMost, told, type Figure } from '@gatehouse/report';
import { openStage } from '../../stage/open-stage.js';
import { failureLines, failures, loadFigures } from '../load/load-figures.js';
import { ALL_SERVICES, runRolling, type RollingRun } from './run-rolling.js';

const CALLS = 50_000;
const RUN: RollingRun = { perSecond: 300, calls: CALLS, people: 48, services: ALL_SERVICES };

/** `npm run proof -- rolling`: every replica of every service is replaced under load, and no request notices. */
export async function rollingProof(): Promise<readonly Figure[]> {
  await using stage = await openStage((line) => console.log(`  ${line}`));
  const { load, replacements, rounds } = await runRolling(stage, RUN);
  for (const { replica, drainMs, startMs } of replacements) {
    console.log(`  ${replica}: ended after ${Math.round(drainMs)} ms, ready ${Math.round(startMs)} ms later`);
  }
  for (const line of failureLines(load.sent)) console.log(`  ${line}`);
  const { length } = load.sent;
  return [
    told('replicas replaced', replacements.length, ''),
    told('rounds', rounds, ''),
    told('longest drain', Math.max(...replacements.map(({ drainMs }) => drainMs)), 'ms'),
    told('longest start', Math.max(...replacements.map(({ startMs }) => startMs)), 'ms'),
    ...loadFigures(load),
    atLeast(CALLS, 'requests', length, ''),
    atMost(0, 'requests that failed', failures(load.sent).length, ''),
  ];
}
