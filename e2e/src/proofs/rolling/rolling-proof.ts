import { writeFile } from 'node:fs/promises';
import { atLeast, atMost, quantile, told, type Figure } from '@gatehouse/report';
import { openStage } from '../../stage/open-stage.js';
import { failureLines, failures, loadFigures } from '../load/load-figures.js';
import { latencies, windows } from '../load/open-load.js';
import { latencyChart } from './latency-chart.js';
import { ALL_SERVICES, runRolling, type RollingResult, type RollingRun } from './run-rolling.js';

const CALLS = 50_000;
const RUN: RollingRun = { perSecond: 300, calls: CALLS, people: 48, services: ALL_SERVICES };

/** `npm run proof -- rolling`: every replica of every service is replaced under load, and no request notices. */
export async function rollingProof({
  chartFile,
}: {
  readonly chartFile?: string;
}): Promise<readonly Figure[]> {
  await using stage = await openStage((line) => console.log(`  ${line}`));
  const result = await runRolling(stage, RUN);
  const { load, replacements, rounds } = result;
  for (const { replica, drainMs, startMs } of replacements) {
    console.log(`  ${replica}: ended after ${Math.round(drainMs)} ms, ready ${Math.round(startMs)} ms later`);
  }
  for (const line of failureLines(load.sent)) console.log(`  ${line}`);
  if (chartFile !== undefined) await writeFile(chartFile, chartOf(result));
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

function chartOf({ load, replacements }: RollingResult): string {
  const beganMs = load.sent[0]?.atMs ?? 0;
  const seconds = windows(load.sent, 1_000).map(({ fromMs, sent }) => ({
    at: fromMs / 1_000,
    p50: quantile(latencies(sent), 0.5),
    p99: quantile(latencies(sent), 0.99),
    failed: failures(sent).length,
  }));
  const spans = replacements.map(({ replica, atMs, drainMs, startMs }) => {
    const from = (atMs - beganMs) / 1_000;
    return { name: replica, from, to: from + (drainMs + startMs) / 1_000 };
  });
  const title = 'Latency while every replica of every service is replaced';
  return latencyChart(
    title,
    seconds.filter(({ p50 }) => !Number.isNaN(p50)),
    spans,
  );
}
