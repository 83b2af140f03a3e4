import { buildGo } from '../go/build-go.js';
import type { Outcome } from '../outcome.js';
import { tellsCpu } from '../process-cpu.js';
import { chart } from './chart.js';
import { CONTESTANT_KEYS } from './contestants.js';
import { gatewayFigures } from './figures.js';
import { gatewayCosts, type GatewayCosts } from './gateway-costs.js';
import { nginxVersion } from './nginx.js';
import { roundsCsv } from './rounds-csv.js';
import { rowsOf } from './rows.js';
import { onGatewayStage } from './stage.js';
import { table } from './table.js';

const EPOCHS = 2;

/**
 * Compares the gateway with others in front of the same backend.
 *
 * @param only keys of the contestants to be measured; all unless given
 * @throws Error for a key that there is not, and where the system does not tell what processes cost
 */
export async function gatewayBench(only: readonly string[] = CONTESTANT_KEYS): Promise<Outcome> {
  const keys = CONTESTANT_KEYS.filter((key) => only.includes(key));
  if (keys.length < only.length) throw new Error(`contestants are ${CONTESTANT_KEYS.join(', ')}`);
  if (!(await tellsCpu())) throw new Error('this system does not tell what a process costs');
  const go = await buildGo();
  console.log(go ? `Go: ${go.version}` : 'no Go on this machine: grpc-gateway is not compared');
  const nginx = nginxVersion();
  console.log(nginx ? `nginx: ${nginx}` : 'no nginx on this machine: a plain proxy is not compared');
  const costs: GatewayCosts[] = [];
  for (let epoch = 0; epoch < EPOCHS; epoch++)
    costs.push(await onGatewayStage(go, (stage) => gatewayCosts(stage, keys)));
  const rows = rowsOf(costs);
  return {
    figures: gatewayFigures(costs),
    pages: { '.md': table(rows), '.svg': chart(rows), '.csv': roundsCsv(costs) },
  };
}
