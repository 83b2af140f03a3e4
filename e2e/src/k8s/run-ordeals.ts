import { setTimeout as delay } from 'node:timers/promises';
import { loadPod, LOAD_POD, type LoadAccount } from './load-pod.js';
import type { Kubectl } from './kubectl.js';
import { REPLICAS, SERVICES, type Ordeal } from './ordeals.js';
import { readLoadLog, type LoadLog, type Phase } from './phase-figures.js';

/** Between two ordeals: replicas that end wait 12 s for their callers to know, and have ended soon after. */
const SETTLE_MS = 15_000;

/**
 * Runs ordeals under load against what is deployed in a namespace, and takes the load away again.
 *
 * @param tell gets a line about each ordeal
 * @throws Error when something does not come up in time, or the load breaks off
 */
export async function runOrdeals(
  kubectl: Kubectl,
  account: LoadAccount,
  ordeals: readonly Ordeal[],
  tell: (line: string) => void,
): Promise<{ phases: readonly Phase[]; log: LoadLog }> {
  for (const service of SERVICES) {
    await kubectl.run('scale', `deployment/${service}`, `--replicas=${REPLICAS}`);
    await kubectl.settled(service, REPLICAS);
  }
  const image = await kubectl.run(
    ...['get', 'deployment', 'gateway', '--output', 'jsonpath={.spec.template.spec.containers[0].image}'],
  );
  const objects = await loadPod(image, account);
  const phases: Phase[] = [];
  try {
    await kubectl.apply(objects);
    await kubectl.run('wait', '--for=condition=ready', `pod/${LOAD_POD}`, '--timeout=60s');
    await delay(SETTLE_MS);
    for (const { name, isGraceful, run } of ordeals) {
      const startMs = nextSecond();
      await delay(startMs - Date.now());
      await run(kubectl);
      await delay(SETTLE_MS);
      const endMs = nextSecond();
      phases.push({ name, isGraceful, startMs, endMs });
      tell(`${name}: ${(endMs - startMs) / 1_000} s`);
    }
    return { phases, log: await endOfLoad(kubectl) };
  } finally {
    await kubectl.run(
      ...['delete', 'pod,configmap,networkpolicy', '--selector', `gatehouse.dev/part=${LOAD_POD}`],
    );
  }
}

/** Phases begin with a second, as the load counts by seconds. */
const nextSecond = () => Math.ceil((Date.now() + 1) / 1_000) * 1_000;

async function endOfLoad(kubectl: Kubectl): Promise<LoadLog> {
  await kubectl.run('exec', LOAD_POD, '--', 'node', '-e', 'process.kill(1, "SIGTERM")');
  const phase = ['get', 'pod', LOAD_POD, '--output', 'jsonpath={.status.phase}'] as const;
  await kubectl.until(async () => (await kubectl.run(...phase)) !== 'Running', 'the end of the load');
  return readLoadLog(await kubectl.run('logs', LOAD_POD));
}
