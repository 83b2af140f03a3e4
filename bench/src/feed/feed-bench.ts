import { atMost, below, quantile, told, type Figure } from '@gatehouse/report';
import { tellsCpu } from '../process-cpu.js';
import { setStage } from '../credentials/stage.js';
import type { Outcome } from '../outcome.js';
import { measureFeed, measureIdle, type Cpu, type FeedMeasurement } from './measure-feed.js';
import { simulateFeed, type SimulatedFeed } from './simulate-feed.js';

/** Verifiers that are really there. */
const FEW = 20;
const MANY = 600;

/** Verifiers that are simulated, and the replicas of auth that they follow. */
const CROWD = 10_000;
const REPLICAS = [2, 4, 8, 16] as const;
/** Of these many, one at least has to keep the promise. */
const ENOUGH_REPLICAS = 8;
const REVOCATIONS_PER_SECOND = 10;

/** What was measured of one message, in milliseconds of an event loop. */
interface Costs {
  readonly pingMs: number;
  readonly deliveryMs: number;
  readonly latencyMs: number;
}

/**
 * Measures what verifiers cost auth and how soon they know, with hundreds of them that follow real replicas; and
 * simulates with these costs what ten thousand would see.
 */
export async function feedBench(): Promise<Outcome> {
  if (!(await tellsCpu())) throw new Error('this bench reads /proc: it runs on Linux only');
  const stage = await setStage();
  try {
    const idle = await measureIdle(stage);
    const few = await measureFeed(stage, FEW);
    const many = await measureFeed(stage, MANY);
    const costs = costsOf(idle, few, many);
    return { figures: [...measuredFigures(idle, many, costs), ...simulatedFigures(many, costs)] };
  } finally {
    await stage.remove();
  }
}

function costsOf(
  idle: Cpu,
  few: FeedMeasurement,
  { verifiers, followedCpu, revokingCpu, rate }: FeedMeasurement,
): Costs {
  return {
    pingMs: (followedCpu.auth - idle.auth) / verifiers / 1_000,
    deliveryMs: (revokingCpu.auth - followedCpu.auth) / (rate * verifiers) / 1_000,
    latencyMs: quantile(few.delaysMs, 0.5),
  };
}

function measuredFigures(idle: Cpu, many: FeedMeasurement, costs: Costs): Figure[] {
  const name = `${MANY} verifiers`;
  const perVerifier = (cpu: number) => cpu / MANY;
  return [
    told('a ping and its echo: CPU of auth', costs.pingMs * 1_000, 'us'),
    told('a revocation to one verifier and its acknowledgement: CPU of auth', costs.deliveryMs * 1_000, 'us'),
    told('a verifier: CPU of PostgreSQL', perVerifier(many.followedCpu.postgres - idle.postgres), 'us/s'),
    told(`${FEW} verifiers: a revocation is applied, p50`, costs.latencyMs, 'ms'),
    told(`${name}: a revocation is applied, p50`, quantile(many.delaysMs, 0.5), 'ms'),
    below(1_000, `${name}: a revocation is applied, p99.9`, quantile(many.delaysMs, 0.999), 'ms'),
    atMost(0, `${name}: revocations that did not arrive`, many.missing, ''),
  ];
}

/** The simulation has to say of what was measured what was measured, or near it, before it may say more. */
function simulatedFigures(many: FeedMeasurement, costs: Costs): Figure[] {
  const known = simulate(many.verifiers, 2, many.rate, costs);
  const off = quantile(known.delaysMs, 0.5) / quantile(many.delaysMs, 0.5);
  return [
    told(`${MANY} simulated: p50, as a multiple of the measured one`, off, ''),
    atMost(2, `${MANY} simulated: p50 is off by a factor of`, Math.max(off, 1 / off), ''),
    ...REPLICAS.flatMap((replicas) => {
      const { busy, delaysMs } = simulate(CROWD, replicas, REVOCATIONS_PER_SECOND, costs);
      const name = `${CROWD} simulated, ${replicas} replicas of auth`;
      const tail = quantile(delaysMs, 0.999);
      const promise = `${name}: a revocation is applied, p99.9`;
      return [
        told(`${name}: event loop busy`, busy * 100, '%'),
        told(`${name}: a revocation is applied, p50`, quantile(delaysMs, 0.5), 'ms'),
        replicas >= ENOUGH_REPLICAS ? below(1_000, promise, tail, 'ms') : told(promise, tail, 'ms'),
      ];
    }),
  ];
}

function simulate(
  verifiers: number,
  replicas: number,
  revocationsPerSecond: number,
  costs: Costs,
): SimulatedFeed {
  return simulateFeed({ verifiers, replicas, revocationsPerSecond, ...costs, forMs: 120_000 }, Math.random);
}
