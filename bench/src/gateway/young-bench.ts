import { DEPLOYED } from '../deployed.js';
import { median, told, type Figure } from '@gatehouse/report';
import type { Outcome } from '../outcome.js';
import { interleave, type Measured } from '../rounds.js';
import { startGatehouse, type Gateway } from './contestants.js';
import { measureRound, residentMb, type GatewayRound } from './measure.js';
import { rounded } from './rows.js';
import { onGatewayStage, type GatewayStage } from './stage.js';

/** Sizes of a half of the young generation, in MiB; 16 is what Node takes. */
const SIZES = [1, 2, 4, 8, 16, 32] as const;

const ROUNDS = 4;
const WARM_UP = 3;
const COUNT = 5_000;
/** Requests per second at which the tail is taken. */
const RATE = 4_000;
const STEADY_SECONDS = 2;

/** Compares sizes of the gateway's young generation, whose collections are what its slowest answers wait for. */
export async function youngBench(): Promise<Outcome> {
  return { figures: await onGatewayStage(undefined, compareSizes) };
}

async function compareSizes(stage: GatewayStage): Promise<Figure[]> {
  const { load, issuer, credentials } = stage;
  const gateways: (Gateway & { size: number })[] = [];
  try {
    for (const size of SIZES) {
      const start = { ...stage, publicKey: issuer.publicKey };
      const execArgv = [...DEPLOYED, `--max-semi-space-size=${size}`];
      gateways.push({ size, ...(await startGatehouse('Gatehouse', 'REST', start, execArgv)) });
    }
    const measure = (rate?: number) => {
      const count = rate === undefined ? COUNT : rate * STEADY_SECONDS;
      const contestants = gateways.map((gateway) => ({
        name: `${gateway.size} MiB`,
        round: () => measureRound(load, gateway, { request: 'get', credentials: credentials(), count, rate }),
      }));
      return interleave(contestants, ROUNDS, WARM_UP);
    };
    const saturated = await measure();
    const steady = await measure(RATE);
    const resident = await Promise.all(gateways.map(({ pids }) => residentMb(pids)));
    return gateways.flatMap(({ size }, index) => {
      const of = (measured: Measured<GatewayRound>, what: 'cpuUs' | 'p99') =>
        rounded(median((measured.get(`${size} MiB`) ?? []).map((round) => round[what])), 2);
      return [
        told(`${size} MiB: CPU`, of(saturated, 'cpuUs'), 'us/request'),
        told(`${size} MiB: p99, saturated`, of(saturated, 'p99'), 'ms'),
        told(`${size} MiB: p99 at ${RATE}/s`, of(steady, 'p99'), 'ms'),
        told(`${size} MiB: RSS`, rounded(resident[index] ?? NaN, 0), 'MB'),
      ];
    });
  } finally {
    await Promise.all(gateways.map(({ stop }) => stop()));
  }
}
