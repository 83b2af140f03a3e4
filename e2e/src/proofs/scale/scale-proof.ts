import { writeFile } from 'node:fs/promises';
import { atMost, median, told, type Figure } from '@gatehouse/report';
import { startOwnSystem } from '../../system/own-system.js';
import { runScale, type Sample, type Scaled, type ScaleRun } from './run-scale.js';
import { scaleChart } from './scale-chart.js';

const RUN: ScaleRun = {
  counts: [1, 2, 4],
  rounds: 5,
  warmUpCalls: 20_000,
  full: { calls: 4_000, atOnce: 32 },
  steady: { calls: 2_400, perSecond: 300 },
};

/** How much more a call may cost with more replicas, in percent of what it costs with one. */
const MOST_PERCENT = 20;

/** `npm run proof -- scale`: what a call costs with one, two and four replicas, as far as this machine's cores show it. */
export async function scaleProof({ chartFile }: { readonly chartFile?: string }): Promise<readonly Figure[]> {
  console.log('  on processes: what a process costs is read from this machine');
  await using own = await startOwnSystem();
  const medians = mediansOf(await runScale(own, RUN), RUN.counts);
  if (chartFile !== undefined) await writeFile(chartFile, scaleChart(medians));
  return scaleFigures(medians);
}

/** The medians of the rounds, for each service and number of replicas. */
export function mediansOf(samples: readonly Sample[], counts: readonly number[]): readonly Sample[] {
  return (['resources', 'gateway'] satisfies Scaled[]).flatMap((service) =>
    counts.map((replicas) => {
      const these = samples.filter((sample) => sample.service === service && sample.replicas === replicas);
      const medianOf = (of: (sample: Sample) => number) => median(these.map(of));
      return {
        service,
        replicas,
        perSecond: medianOf(({ perSecond }) => perSecond),
        fullCpuMs: medianOf(({ fullCpuMs }) => fullCpuMs),
        cpuMs: medianOf(({ cpuMs }) => cpuMs),
      };
    }),
  );
}

/** What there is at full load is told, as the cores decide it; what a call costs at the same load for each has a goal. */
export function scaleFigures(medians: readonly Sample[]): Figure[] {
  return medians.flatMap(({ service, replicas, perSecond, fullCpuMs, cpuMs }) => {
    const name = `${service}, ${replicas} ${replicas === 1 ? 'replica' : 'replicas'}`;
    const one = medians.find((sample) => sample.service === service && sample.replicas === 1);
    const more = 100 * (cpuMs / (one?.cpuMs ?? NaN) - 1);
    return [
      told(`${name}: reads at full load`, perSecond, '/s'),
      told(`${name}: CPU for a read at full load`, fullCpuMs, 'ms'),
      told(`${name}: CPU for a read at ${RUN.steady.perSecond}/s each`, cpuMs, 'ms'),
      ...(replicas === 1 ? [] : [atMost(MOST_PERCENT, `${name}: more CPU than with one`, more, '%')]),
    ];
  });
}
