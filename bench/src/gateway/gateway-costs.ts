import { interleave, type Measured } from '../rounds.js';
import { median } from '../median.js';
import { startGateways, type Gateway, type GatewayName } from './contestants.js';
import { measureRound, residentMb, type GatewayRound } from './measure.js';
import { observeGateway, type Observed } from './observe-gateway.js';
import type { RequestName } from './resources.js';
import { requireSameAnswers } from './same-answers.js';
import type { GatewayStage } from './stage.js';

/** What the gateways cost on one stage. */
export interface GatewayCosts {
  /** As many requests as go through. */
  readonly saturated: Readonly<Record<RequestName, Measured<GatewayRound>>>;
  /** At a fixed rate. */
  readonly steady: Readonly<Record<RequestName, Measured<GatewayRound>>>;
  readonly residentMb: ReadonlyMap<GatewayName, number>;
  readonly observed: Observed;
}

const ROUNDS = 4;
const WARM_UP = 4;
/** Requests of a saturated round. */
const COUNTS: Readonly<Record<RequestName, number>> = { get: 5_000, list: 2_500 };

const STEADY_ROUNDS = 2;
const STEADY_SECONDS = 2;
/** The share of a core that the load at a fixed rate takes. */
const LOAD_SHARE = 0.7;

/** Who sets the rate for those that cost less: at the same rate their tails can be compared. */
const PACEMAKERS: readonly GatewayName[] = ['Go grpc-gateway, ES256 cached', 'Fastify, grpc-js'];

/** Measures all gateways once they are seen to do the same. */
export async function gatewayCosts(stage: GatewayStage): Promise<GatewayCosts> {
  const gateways = await startGateways({ ...stage, publicKey: stage.issuer.publicKey });
  try {
    for (const gateway of gateways) await requireSameAnswers(gateway, stage.issuer, stage.backend);
    const saturated = {
      get: await saturate(stage, gateways, 'get'),
      list: await saturate(stage, gateways, 'list'),
    };
    const steady = {
      get: await keepSteady(stage, gateways, 'get', saturated.get),
      list: await keepSteady(stage, gateways, 'list', saturated.list),
    };
    const resident = await Promise.all(
      gateways.map(async ({ name, pid }) => [name, await residentMb(pid)] as const),
    );
    const observed = await observeGateway(stage, gateways[0] as Gateway);
    return { saturated, steady, residentMb: new Map(resident), observed };
  } finally {
    await Promise.all(gateways.map((gateway) => gateway.stop()));
  }
}

function saturate({ load, credentials }: GatewayStage, gateways: readonly Gateway[], request: RequestName) {
  const contestants = gateways.map(({ name, port, pid }) => ({
    name,
    round: () =>
      measureRound(load, port, [pid], { request, credentials: credentials(), count: COUNTS[request] }),
  }));
  return interleave(contestants, ROUNDS, WARM_UP);
}

function keepSteady(
  { load, credentials }: GatewayStage,
  gateways: readonly Gateway[],
  request: RequestName,
  saturated: Measured<GatewayRound>,
) {
  const pacemaker = PACEMAKERS.find((name) => saturated.has(name)) ?? 'Gatehouse';
  const contestants = gateways.map(({ name, port, pid }) => {
    const rate = Math.min(rateOf(saturated, name), rateOf(saturated, pacemaker));
    const count = Math.round(rate * STEADY_SECONDS);
    return {
      name,
      round: () => measureRound(load, port, [pid], { request, credentials: credentials(), count, rate }),
    };
  });
  return interleave(contestants, STEADY_ROUNDS, 1);
}

/** The requests per second that take the share of one core. */
function rateOf(saturated: Measured<GatewayRound>, name: GatewayName): number {
  const rounds = saturated.get(name) ?? [];
  return (LOAD_SHARE * 1e6) / median(rounds.map(({ cpuUs }) => cpuUs));
}
