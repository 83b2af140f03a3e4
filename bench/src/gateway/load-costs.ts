import { median } from '@gatehouse/report';
import { interleave, type Measured } from '../rounds.js';
import { measureRound, type GatewayRound, type Loaded } from './measure.js';
import type { RequestName } from './resources.js';
import type { GatewayStage } from './stage.js';

/** What requests cost on one stage. */
export interface LoadCosts {
  /** As many requests as go through. */
  readonly saturated: Readonly<Record<RequestName, Measured<GatewayRound>>>;
  /** At a fixed rate. */
  readonly steady: Readonly<Record<RequestName, Measured<GatewayRound>>>;
}

const ROUNDS = 6;
/** How long each is loaded before a round counts, in milliseconds: a process that runs for days is compiled for good. */
const WARM_UP_MS = 4_000;
/** Requests of a saturated round. */
const COUNTS: Readonly<Record<RequestName, number>> = { get: 5_000, list: 2_500 };

const STEADY_ROUNDS = 3;
const STEADY_SECONDS = 2;
/** The share of a core that the load at a fixed rate takes. */
const LOAD_SHARE = 0.7;

/** Contestants by their names. */
type Named = Loaded & { readonly name: string };

/**
 * Measures contestants with both requests, saturated and then at a fixed rate.
 *
 * @param pacemakers the first that is there sets the rate for those that cost less: at the same rate tails can be compared
 */
export async function loadCosts(
  stage: GatewayStage,
  contestants: readonly Named[],
  pacemakers: readonly string[],
): Promise<LoadCosts> {
  const saturated = {
    get: await saturate(stage, contestants, 'get'),
    list: await saturate(stage, contestants, 'list'),
  };
  const steady = (request: RequestName) =>
    keepSteady(stage, contestants, request, ratesOf(saturated[request], pacemakers));
  return { saturated, steady: { get: await steady('get'), list: await steady('list') } };
}

async function saturate(
  { load, credentials }: GatewayStage,
  contestants: readonly Named[],
  request: RequestName,
) {
  const count = COUNTS[request];
  const saturating = contestants.map((contestant) => ({
    name: contestant.name,
    round: () => measureRound(load, contestant, { request, credentials: credentials(), count }),
  }));
  for (const { round } of saturating)
    for (const end = performance.now() + WARM_UP_MS; performance.now() < end;) await round();
  return interleave(saturating, ROUNDS, 1);
}

function keepSteady(
  { load, credentials }: GatewayStage,
  contestants: readonly Named[],
  request: RequestName,
  rates: ReadonlyMap<string, number>,
) {
  const steady = contestants.map((contestant) => {
    const rate = rates.get(contestant.name) ?? NaN;
    const count = Math.round(rate * STEADY_SECONDS);
    return {
      name: contestant.name,
      round: () => measureRound(load, contestant, { request, credentials: credentials(), count, rate }),
    };
  });
  return interleave(steady, STEADY_ROUNDS, 1);
}

/** The requests per second that take each its share of a core, and no more than the pacemaker. */
function ratesOf(
  saturated: Measured<GatewayRound>,
  pacemakers: readonly string[],
): ReadonlyMap<string, number> {
  const own = new Map(
    [...saturated].map(([name, rounds]) => {
      return [name, (LOAD_SHARE * 1e6) / median(rounds.map(({ cpuUs }) => cpuUs))];
    }),
  );
  const pacemaker = pacemakers.find((name) => own.has(name)) ?? '';
  const most = own.get(pacemaker) ?? Infinity;
  return new Map([...own].map(([name, rate]) => [name, Math.min(rate, most)]));
}
