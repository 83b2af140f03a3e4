import { buildGo } from '../go/build-go.js';
import type { Outcome } from '../outcome.js';
import { tellsCpu } from '../process-cpu.js';
import { chart } from './chart.js';
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
 * @throws Error where the system does not tell what processes cost
 */
export async function gatewayBench(): Promise<Outcome> {
  if (!(await tellsCpu())) throw new Error('this system does not tell what a process costs');
  const go = await buildGo();
  console.log(go ? `Go: ${go.version}` : 'no Go on this machine: grpc-gateway is not compared');
  const nginx = nginxVersion();
  console.log(nginx ? `nginx: ${nginx}` : 'no nginx on this machine: a plain proxy is not compared');
  const costs: GatewayCosts[] = [];
  for (let epoch = 0; epoch < EPOCHS; epoch++) costs.push(await onGatewayStage(go, gatewayCosts));
  const rows = rowsOf(costs);
  return {
    figures: gatewayFigures(costs),
    pages: { '.md': table(rows), '.svg': chart(rows), '.csv': roundsCsv(costs) },
  };
}
