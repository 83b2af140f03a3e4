import { startGateways, type ContestantKey, type GatewayName } from './contestants.js';
import { loadCosts, type LoadCosts } from './load-costs.js';
import { residentMb } from './measure.js';
import { observeGateway, type Observed } from './observe-gateway.js';
import { requireSameAnswers, requireSameCalls } from './same-answers.js';
import type { GatewayStage } from './stage.js';

/** What the gateways cost on one stage. */
export interface GatewayCosts extends LoadCosts {
  readonly residentMb: ReadonlyMap<GatewayName, number>;
  /** Undefined where Gatehouse is not measured. */
  readonly observed: Observed | undefined;
}

/** Who sets the rate for those that cost less. */
const PACEMAKERS: readonly GatewayName[] = ['Go grpc-gateway, ES256 cached', 'Fastify, grpc-js'];

/** Measures gateways once they are seen to do the same. */
export async function gatewayCosts(
  stage: GatewayStage,
  keys: readonly ContestantKey[],
): Promise<GatewayCosts> {
  const { issuer, backend } = stage;
  const gateways = await startGateways({ ...stage, publicKey: issuer.publicKey }, keys);
  try {
    for (const gateway of gateways) {
      await requireSameAnswers(gateway, issuer);
      if (gateway.verifies) await requireSameCalls(gateway, issuer, backend);
    }
    const costs = await loadCosts(stage, gateways, PACEMAKERS);
    const resident = await Promise.all(
      gateways.map(async ({ name, pids }) => [name, await residentMb(pids)] as const),
    );
    const gatehouse = gateways.find(({ name }) => name === 'Gatehouse');
    const observed = gatehouse && (await observeGateway(stage, gatehouse));
    return { ...costs, residentMb: new Map(resident), observed };
  } finally {
    await Promise.all(gateways.map((gateway) => gateway.stop()));
  }
}
