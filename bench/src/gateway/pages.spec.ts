import { describe, expect, it } from '@jest/globals';
import { chart } from './chart.js';
import { gatewayFigures } from './figures.js';
import type { GatewayName } from './contestants.js';
import type { GatewayCosts } from './gateway-costs.js';
import type { GatewayRound } from './measure.js';
import { roundsCsv } from './rounds-csv.js';
import { rowsOf } from './rows.js';
import { table } from './table.js';

const GO: GatewayName = 'Go grpc-gateway, ES256 cached';

const round = (cpuUs: number, p99: number): GatewayRound => ({
  rate: 1_000,
  cpuUs,
  firstUs: cpuUs,
  p50: 1,
  p99,
});

/** A machine that is twice as slow in its second round. */
function costs(
  oneUs: number,
  peerUs: number,
  [one, peer]: readonly [GatewayName, GatewayName] = ['Gatehouse', GO],
): GatewayCosts {
  const measured = new Map([
    [one, [round(oneUs, 3), round(2 * oneUs, 6)]],
    [peer, [round(peerUs, 4), round(2 * peerUs, 8)]],
  ]);
  const residentMb = new Map<GatewayName, number>([
    [one, 120],
    [peer, 20],
  ]);
  const observed = {
    cpu: new Map([['translation' as const, 100]]),
    allocated: new Map([['translation' as const, 2]]),
  };
  const requests = { get: measured, list: measured };
  return { saturated: requests, steady: requests, residentMb, observed };
}

const figureOf = (name: string, ...measured: GatewayCosts[]) =>
  gatewayFigures(measured).find((figure) => figure.name === name);

describe('the figures', () => {
  it('compare within a round, whatever the machine does from one to the next', () => {
    expect(figureOf(`GET one: CPU, Gatehouse / ${GO}`, costs(25, 50))).toMatchObject({
      value: 0.5,
      goal: '<= 0.6',
      met: true,
    });
    expect(figureOf(`list twenty: p99, Gatehouse / ${GO}`, costs(25, 50))).toMatchObject({ value: 0.75 });
  });

  it('say so when a goal is missed', () => {
    expect(figureOf(`GET one: CPU, Gatehouse / ${GO}`, costs(70, 100))?.met).toBe(false);
  });

  it('have no goal beside who is not there', () => {
    expect(figureOf('GET one: CPU, Gatehouse / nginx, plain proxy', costs(25, 50))).toBeUndefined();
  });

  it('of native gRPC are set beside a proxy of it, without a goal, where nobody else is measured', () => {
    const figures = gatewayFigures([costs(40, 20, ['Gatehouse, native gRPC', 'nginx, grpc_pass'])]);
    expect(figures.filter(({ name }) => name.includes(' / '))).toMatchObject([
      { name: 'GET one: CPU, Gatehouse, native gRPC / nginx, grpc_pass', value: 2, goal: '-' },
      { name: 'list twenty: CPU, Gatehouse, native gRPC / nginx, grpc_pass', value: 2, goal: '-' },
    ]);
  });

  it('are of all stages', () => {
    expect(figureOf('GET one: CPU, Gatehouse', costs(20, 50), costs(40, 50))?.value).toBe(40);
  });
});

describe('the pages', () => {
  const rows = rowsOf([costs(25, 50)]);

  it('have a line for each gateway, and all lines have the same cells', () => {
    const lines = table(rows).trimEnd().split('\n');
    expect(lines).toHaveLength(4);
    expect(new Set(lines.map((line) => line.split('|').length)).size).toBe(1);
  });

  it('draw every bar to one scale', () => {
    const widths = [...chart(rows).matchAll(/width="([0-9.]+)" height="18"/g)].map(([, width]) =>
      Number(width),
    );
    expect(widths).toHaveLength(4);
    expect((widths[2] ?? 0) / (widths[0] ?? 0)).toBeCloseTo(2, 1);
  });

  it('keep every round', () => {
    const lines = roundsCsv([costs(25, 50)])
      .trimEnd()
      .split('\n');
    expect(lines).toHaveLength(1 + 2 * 2 * 2 * 2);
    expect(lines[1]).toBe('0,saturated,get,"Gatehouse",0,1000.000,25.000,1.000,3.000');
  });
});
