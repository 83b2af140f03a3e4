import { describe, expect, it } from '@jest/globals';
import type { GatewayRound } from '../gateway/measure.js';
import { stackFigures, type StackCosts } from './figures.js';
import type { StackName } from './stacks.js';

const round = (firstUs: number, secondUs: number, p99: number): GatewayRound => ({
  rate: 1_000,
  cpuUs: firstUs + secondUs,
  firstUs,
  p50: 1,
  p99,
});

/** A machine that is twice as slow in its second round. */
const rounds = (firstUs: number, secondUs: number, p99: number) => [
  round(firstUs, secondUs, p99),
  round(2 * firstUs, 2 * secondUs, 2 * p99),
];

function costs(...stacks: [StackName, GatewayRound[]][]): StackCosts {
  const measured = new Map(stacks);
  const requests = { get: measured, list: measured };
  return { saturated: requests, steady: requests, residentMb: new Map(stacks.map(([name]) => [name, 100])) };
}

const gatehouse: [StackName, GatewayRound[]] = ['Gatehouse', rounds(40, 20, 3)];
const figureOf = (name: string, measured: StackCosts) =>
  stackFigures([measured]).find((figure) => figure.name === name);

describe('the figures of gateway and service', () => {
  it('compare the sum of both within a round', () => {
    const measured = costs(gatehouse, ['Go', rounds(80, 20, 2)]);
    expect(figureOf('GET one: CPU of both, Gatehouse / Go', measured)).toMatchObject({
      value: 0.6,
      goal: '<= 0.7',
      met: true,
    });
    expect(figureOf('list twenty: p99, Gatehouse / Go', measured)).toMatchObject({
      value: 1.5,
      goal: '<= 1.2',
      met: false,
    });
  });

  it('tell what each of the two costs, also where there is no Go', () => {
    const measured = costs(gatehouse);
    const of = (what: string) => figureOf(`GET one: CPU of ${what}, Gatehouse`, measured)?.value;
    expect([of('the gateway'), of('the service'), of('both')]).toEqual([60, 30, 90]);
    expect(figureOf('GET one: CPU of both, Gatehouse / Go', measured)).toBeUndefined();
  });
});
