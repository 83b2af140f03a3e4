import { describe, expect, it } from '@jest/globals';
import { startOwnSystem } from '../../system/own-system.js';
import { takingAll } from '../load/taking-all.js';
import { runScale, type Sample } from './run-scale.js';
import { scaleChart } from './scale-chart.js';
import { mediansOf, scaleFigures } from './scale-proof.js';

const sample = (replicas: number, cpuMs: number): Sample => ({
  service: 'resources',
  replicas,
  perSecond: 1_000 * replicas,
  fullCpuMs: 1,
  cpuMs,
});

describe('scale', () => {
  it('is measured with replicas that are there and others that are added', async () => {
    await using own = await startOwnSystem({ settings: takingAll });
    const samples = await runScale(own, {
      counts: [1, 3],
      rounds: 1,
      warmUpCalls: 50,
      full: { calls: 100, atOnce: 8 },
      steady: { calls: 50, perSecond: 100 },
    });
    expect(samples.map(({ service, replicas }) => `${service} ${replicas}`)).toEqual([
      'resources 1',
      'gateway 1',
      'resources 3',
      'gateway 3',
    ]);
    for (const { perSecond, fullCpuMs, cpuMs } of samples) {
      expect(perSecond).toBeGreaterThan(0);
      expect(fullCpuMs).toBeGreaterThan(0);
      expect(cpuMs).toBeGreaterThan(0);
    }
  });

  it('takes the medians of the rounds, and misses its goal when a call costs more', () => {
    const rounds = [sample(1, 1), sample(1, 9), sample(1, 1), sample(2, 1.3), sample(2, 1.3), sample(2, 0)];
    const medians = mediansOf(rounds, [1, 2]).filter(({ service }) => service === 'resources');
    expect(medians).toEqual([sample(1, 1), sample(2, 1.3)]);
    expect(scaleFigures(medians).filter(({ met }) => !met)).toHaveLength(1);
    expect(scaleFigures([sample(1, 1), sample(2, 1.2)]).every(({ met }) => met)).toBe(true);
  });

  it('is drawn with a bar for every number', () => {
    const chart = scaleChart([sample(1, 0.5), sample(2, 0.25)]);
    expect(chart.match(/<rect x=/g)).toHaveLength(4);
    expect(chart).toContain('2,000');
  });
});
