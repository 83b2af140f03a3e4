import { announceSystem } from '../system/shared-system.js';
import { ComposeCluster } from './compose-cluster.js';
import { findEngine } from './engine.js';
import { buildImages } from './images.js';
import { announceProject } from './shared-project.js';
import { findSpecFiles, shortName } from './spec-files.js';

/** Runs jest. */
export type RunSpecs = (how: {
  /** Patterns of the paths of specs that are left out. */
  readonly without: readonly string[];
  /** Ends it. */
  readonly signal: AbortSignal;
}) => Promise<number>;

const seconds = (from: number) => `${((performance.now() - from) / 1_000).toFixed(0)} s`;

/**
 * Runs specs against the cluster of docker-compose.yml, which is built, brought up before and deleted after them.
 *
 * @returns the exit code: 2 when there is no engine or no compose
 */
export async function runOnCluster(runSpecs: RunSpecs): Promise<number> {
  const engine = await findEngine();
  if ('missing' in engine) {
    console.error(`the cluster was not run: ${engine.missing}`);
    return 2;
  }
  const building = performance.now();
  await buildImages();
  console.log(`images built in ${seconds(building)}`);

  // Whoever interrupts what follows waits for the cluster to be deleted.
  const interruption = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interruption.abort());
  await using cluster = await ComposeCluster.start(engine);
  const by = `${engine.compose.join(' ')} ${engine.version}`;
  console.log(`the cluster is up after ${(cluster.startedInMs / 1_000).toFixed(0)} s, by ${by}`);
  if (interruption.signal.aborted) return 1;
  announceSystem(cluster.facts);
  announceProject(cluster.project);

  const { owning, alone } = await findSpecFiles();
  const without = [...owning, ...alone].map((name) => `/dist/${name.replaceAll('.', '\\.')}$`);
  const running = performance.now();
  const code = await runSpecs({ without, signal: interruption.signal });
  console.log(`the specs ran for ${seconds(running)}`);
  console.log(`not run here, as they break a system of their own: ${owning.map(shortName).join(', ')}`);
  return code;
}
