import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { allMet, atLeast, atMost, below, renderFigures, told, writeFigures } from './index.js';

const met = atMost(5, 'CPU', 5, 'us');
const missed = atMost(5, 'memory', 5.01, 'MB');
const plain = told('rate', 12_345.678, '/s');

describe('figures', () => {
  it('meet a bound up to the bound itself', () => {
    expect([met.met, missed.met]).toEqual([true, false]);
    expect([below(5, 'p50', 4.99, 'ms').met, below(5, 'p50', 5, 'ms').met]).toEqual([true, false]);
    expect([atLeast(5, 'seeds', 5, '').met, atLeast(5, 'seeds', 4, '').met]).toEqual([true, false]);
    expect(below(5, 'p50', NaN, 'ms').met).toBe(false);
  });

  it('are all met only when none is missed and there are any', () => {
    expect(allMet([met, plain])).toBe(true);
    expect(allMet([met, missed])).toBe(false);
    expect(allMet([])).toBe(false);
  });

  it('are printed a line each, with the verdict where there is a goal', () => {
    const rows = renderFigures([met, missed, plain])
      .split('\n')
      .map((line) => line.trim().split(/ {2,}/));
    expect(rows).toEqual([
      ['figure', 'value', 'unit', 'goal'],
      ['CPU', '5', 'us', '<= 5', 'met'],
      ['memory', '5.01', 'MB', '<= 5', 'MISSED'],
      ['rate', '12,345.68', '/s', '-'],
    ]);
  });

  it('are written with the machine', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'figures-'));
    const file = join(folder, 'figures.json');
    await writeFigures(file, [met, missed]);
    const written = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
    await rm(folder, { recursive: true });
    expect(written['machine']).toMatchObject({ node: process.version, platform: process.platform });
    expect(written['figures']).toEqual([met, missed]);
  });
});
