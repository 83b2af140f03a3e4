import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { renderReport, succeeded, writeFigures } from './report.js';
import type { ConformanceReport } from './report.js';

const agreed = { id: 'one', group: 'first', verdict: 'agreed' } as const;
const left = { id: 'two', group: 'first', verdict: 'not applicable', detail: 'needs a system' } as const;
const failed = { id: 'three', group: 'second', verdict: 'failed', detail: 'got OK' } as const;

const report: ConformanceReport = {
  results: [agreed, left, failed],
  figures: [{ name: 'CPU', value: 2, unit: 'ms', goal: '<= 5', met: true }],
};

describe('a report', () => {
  it('has a line per group: run, agreed, not applicable, failed', () => {
    const rows = renderReport(report)
      .split('\n')
      .map((line) => line.trim().split(/ {2,}/));
    expect(rows.slice(0, 4)).toEqual([
      ['group', 'run', 'agreed', 'not applicable', 'failed'],
      ['first', '1', '1', '1', '0'],
      ['second', '1', '0', '0', '1'],
      ['total', '2', '1', '1', '1'],
    ]);
  });

  it('gives the reason of what was left out and of every failure', () => {
    const text = renderReport(report);
    expect(text).toContain('not applicable (1): needs a system');
    expect(text).toContain('FAILED three: got OK');
  });

  it('succeeds only when every run case agreed and every figure met its goal', () => {
    const clean = { results: [agreed, left], figures: report.figures };
    expect(succeeded(report)).toBe(false);
    expect(succeeded(clean)).toBe(true);
    expect(
      succeeded({ ...clean, figures: report.figures.map((figure) => ({ ...figure, met: false })) }),
    ).toBe(false);
  });

  it('writes its figures with the machine', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'report-'));
    const file = join(folder, 'figures.json');
    await writeFigures(file, report);
    const written = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
    await rm(folder, { recursive: true });
    expect(written['machine']).toMatchObject({ node: process.version, platform: process.platform });
    expect(written['figures']).toEqual([
      { name: 'first: agreed', value: 1, unit: 'cases', goal: '= 1', met: true },
      { name: 'second: agreed', value: 0, unit: 'cases', goal: '= 1', met: false },
      ...report.figures,
    ]);
  });
});
