import { told, type Figure } from '@gatehouse/report';
import { median } from '../median.js';
import type { Outcome } from '../outcome.js';
import { interleave } from '../rounds.js';
import { ofNode, type Gateway } from './contestants.js';
import { measureRound, residentMb } from './measure.js';
import { rounded } from './rows.js';
import { onGatewayStage, type GatewayStage } from './stage.js';

/** Sizes of a half of the young generation, in MiB; 16 is what Node takes. */
const SIZES = [1, 2, 4, 8, 16, 32, 64] as const;

const EPOCHS = 2;
const ROUNDS = 5;
const WARM_UP = 2;
const COUNT = 5_000;
/** Requests per second at which the tail is taken. */
const RATE = 4_000;
const STEADY_SECONDS = 2;

/** Compares sizes of the gateway's young generation, whose collections are what its slowest answers wait for. */
export async function youngBench(): Promise<Outcome> {
  const figures: Figure[][] = [];
  for (let epoch = 0; epoch < EPOCHS; epoch++) figures.push(await onGatewayStage(undefined, compareSizes));
  const [first = []] = figures;
  return {
    figures: first.map(({ name, unit }, index) =>
      told(name, rounded(median(figures.map((each) => each[index]?.value ?? NaN)), 2), unit),
    ),
  };
}

async function compareSizes(stage: GatewayStage): Promise<Figure[]> {
  const { load, issuer, credentials } = stage;
  const gateways: (Gateway & { size: number })[] = [];
  try {
    for (const size of SIZES) {
      const start = { ...stage, publicKey: issuer.publicKey };
      const execArgv = [`--max-semi-space-size=${size}`];
      gateways.push({ size, ...(await ofNode('Gatehouse', './gatehouse-process.js', start, execArgv)) });
    }
    const measure = (rate?: number) => {
      const count = rate === undefined ? COUNT : rate * STEADY_SECONDS;
      const contestants = gateways.map(({ size, port, pid }) => ({
        name: `${size} MiB`,
        round: () =>
          measureRound(load, port, [pid], { request: 'get', credentials: credentials(), count, rate }),
      }));
      return interleave(contestants, ROUNDS, WARM_UP);
    };
    const saturated = await measure();
    const steady = await measure(RATE);
    const resident = await Promise.all(gateways.map(({ pid }) => residentMb(pid)));
    return gateways.flatMap(({ size }, index) => {
      const name = `${size} MiB`;
      return [
        told(`${name}: CPU`, median((saturated.get(name) ?? []).map(({ cpuUs }) => cpuUs)), 'us/request'),
        told(`${name}: p99, saturated`, median((saturated.get(name) ?? []).map(({ p99 }) => p99)), 'ms'),
        told(`${name}: p99 at ${RATE}/s`, median((steady.get(name) ?? []).map(({ p99 }) => p99)), 'ms'),
        told(`${name}: RSS`, resident[index] ?? NaN, 'MB'),
      ];
    });
  } finally {
    await Promise.all(gateways.map(({ stop }) => stop()));
  }
}
