import { writeFile } from 'node:fs/promises';
import { below, told, type Figure } from '@gatehouse/report';
import { openStage } from '../../stage/open-stage.js';
import { callsOf, failureLines, failures, loadFigures, trafficFigures } from '../load/load-figures.js';
import type { KillResult } from './run-kills.js';
import { runReplicas, runStateful, type ReplicasRun } from './run-replicas.js';
import { thrownOutChart } from './thrown-out-chart.js';

/** Three minutes each, with a kill every ten seconds. */
const RUN: ReplicasRun = { perSecond: 300, forMs: 180_000, killEveryMs: 10_000, people: 48 };

/** `npm run proof -- replicas`: replicas die under load and nobody has to sign in again; and where they would. */
export async function replicasProof({
  chartFile,
}: {
  readonly chartFile?: string;
}): Promise<readonly Figure[]> {
  await using stage = await openStage((line) => console.log(`  ${line}`));
  const product = await runReplicas(stage, RUN);
  for (const line of failureLines(product.load.sent)) console.log(`  ${line}`);
  const contrast = await runStateful(stage, RUN);
  for (const line of failureLines(contrast.load.sent)) console.log(`  sessions in memory: ${line}`);
  if (chartFile !== undefined) {
    const title = 'People who had to sign in again while replicas were killed';
    await writeFile(
      chartFile,
      thrownOutChart(title, [
        { name: 'Gatehouse', ...momentsOf(product) },
        { name: 'sessions in memory', ...momentsOf(contrast) },
      ]),
    );
  }
  return [...productFigures(product), ...contrastFigures(contrast)];
}

function productFigures({ load, kills }: KillResult): Figure[] {
  const idempotent = callsOf(load.sent, true);
  const others = callsOf(load.sent, false);
  return [
    told('replicas killed', kills.length, ''),
    told('longest until one was ready again', Math.max(...kills.map(readyAfterMs)), 'ms'),
    told('people', load.people, ''),
    ...loadFigures(load),
    told('idempotent calls', idempotent.length, ''),
    below(1, 'idempotent calls that failed', failures(idempotent).length, ''),
    told('other calls', others.length, ''),
    told('other calls that failed', failures(others).length, ''),
    below(0.1, 'share of other calls that failed', (100 * failures(others).length) / others.length, '%'),
  ];
}

function contrastFigures({ load, kills }: KillResult): Figure[] {
  const gateways = kills.filter(({ replica }) => replica.startsWith('session gateway')).length;
  const named = (figure: Figure): Figure => ({ ...figure, name: `sessions in memory: ${figure.name}` });
  return [
    told('replicas killed', kills.length, ''),
    told('gateways among them', gateways, ''),
    told('people', load.people, ''),
    told('people thrown out', load.thrownOutMs.length, ''),
    told('people thrown out by each kill of a gateway', load.thrownOutMs.length / gateways, ''),
    ...trafficFigures(load.sent),
    told('calls that failed', failures(load.sent).length, ''),
  ].map(named);
}

function readyAfterMs({ atMs, readyMs }: KillResult['kills'][number]): number {
  return readyMs - atMs;
}

/** Seconds since the load began. */
function momentsOf({ load, kills }: KillResult) {
  const beginMs = load.sent[0]?.atMs ?? 0;
  const seconds = (ms: number) => (ms - beginMs) / 1_000;
  return {
    thrownOut: load.thrownOutMs.map(seconds),
    kills: kills.map(({ atMs }) => seconds(atMs)),
    length: seconds(load.sent.at(-1)?.atMs ?? beginMs),
  };
}
