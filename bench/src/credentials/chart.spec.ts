import { describe, expect, it } from '@jest/globals';
import { chart } from './chart.js';
import type { Row } from './row.js';
import { table } from './table.js';

const row: Row = {
  name: 'cookie, exchanged',
  cpu: { services: 600, auth: 100, postgres: 300, total: 1_000 },
  p50: 1.5,
  p99: 4,
  statements: 1,
  requestBytes: 140,
  gatewayBytes: 900,
  serviceBytes: 120,
  revokedAfter: 12,
  withoutAuth: 100,
  withoutDatabase: 99.5,
};
const dear: Row = {
  ...row,
  name: 'JWT, introspected on each call',
  cpu: { services: 1_000, auth: 600, postgres: 400, total: 2_000 },
};

/** The widths of what is drawn in a colour, in order. */
function widths(svg: string, colour: string): number[] {
  const bars = svg.matchAll(new RegExp(`width="([0-9.]+)" height="22" fill="${colour}"`, 'g'));
  return [...bars].map(([, width]) => Number(width));
}

describe('the chart', () => {
  const svg = chart([row, dear]);

  it('draws every part of every bar to one scale', () => {
    const [services = 0, auth = 0, postgres = 0] = ['#1f5fa8', '#e08a1e', '#9aa7b4'].map(
      (colour) => widths(svg, colour)[0],
    );
    expect(services / auth).toBeCloseTo(6, 1);
    expect(services / postgres).toBeCloseTo(2, 1);
    expect(widths(svg, '#1f5fa8')[1]).toBeCloseTo((services * 1_000) / 600, 0);
  });

  it('names everyone, with what their calls cost', () => {
    expect(svg).toContain('>cookie, exchanged<');
    expect(svg).toContain('>JWT, introspected on each call<');
    expect(svg).toContain('>1000<');
    expect(svg).toContain('>2000<');
  });
});

describe('the table', () => {
  it('has a line for each row, and all lines have the same cells', () => {
    const lines = table([row, dear]).trimEnd().split('\n');
    expect(lines).toHaveLength(4);
    expect(new Set(lines.map((line) => line.split('|').length)).size).toBe(1);
    expect(lines[2]).toMatch(/^\| cookie, exchanged .* 99\.5 % \|$/);
  });
});
