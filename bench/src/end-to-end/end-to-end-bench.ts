import { loadCosts } from '../gateway/load-costs.js';
import { residentMb } from '../gateway/measure.js';
import { requireSameAnswers } from '../gateway/same-answers.js';
import { onGatewayStage, type GatewayStage } from '../gateway/stage.js';
import { buildGo } from '../go/build-go.js';
import type { Outcome } from '../outcome.js';
import { tellsCpu } from '../process-cpu.js';
import { stackFigures, type StackCosts } from './figures.js';
import { startStacks } from './stacks.js';

const EPOCHS = 2;

/**
 * Compares a gateway and a guarded service behind it with the same in Go.
 *
 * @throws Error where the system does not tell what processes cost
 */
export async function endToEndBench(): Promise<Outcome> {
  if (!(await tellsCpu())) throw new Error('this system does not tell what a process costs');
  const go = await buildGo();
  console.log(go ? `Go: ${go.version}` : 'no Go on this machine: there is nothing to compare with');
  const costs: StackCosts[] = [];
  for (let epoch = 0; epoch < EPOCHS; epoch++) costs.push(await onGatewayStage(go, stackCosts));
  return { figures: stackFigures(costs) };
}

/** Measures the stacks once their members are seen to do the same. */
async function stackCosts(stage: GatewayStage): Promise<StackCosts> {
  const { issuer, ports, go } = stage;
  const stacks = await startStacks({ publicKey: issuer.publicKey, ports }, go);
  try {
    for (const member of stacks.flatMap(({ members }) => members)) await requireSameAnswers(member, issuer);
    const costs = await loadCosts(stage, stacks, ['Go']);
    const resident = await Promise.all(
      stacks.map(async ({ name, pids }) => [name, await residentMb(pids)] as const),
    );
    return { ...costs, residentMb: new Map(resident) };
  } finally {
    await Promise.all(stacks.map((stack) => stack.stop()));
  }
}
