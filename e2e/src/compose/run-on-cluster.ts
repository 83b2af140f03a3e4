import { announceSystem } from '../system/shared-system.js';
import { ComposeCluster } from './compose-cluster.js';
import { findEngine } from './engine.js';
import { buildImages } from './images.js';
import { announceProject } from './shared-project.js';
import { findSpecFiles, shortName } from './spec-files.js';

const seconds = (from: number) => `${((performance.now() - from) / 1_000).toFixed(0)} s`;

/**
 * Runs specs against the cluster of docker-compose.yml, which is built, brought up before and deleted after them.
 *
 * @param runSpecs runs jest without the specs whose paths match one of these patterns
 * @returns the exit code: 2 when there is no engine or no compose
 */
export async function runOnCluster(
  runSpecs: (without: readonly string[]) => Promise<number>,
): Promise<number> {
  const engine = await findEngine();
  if ('missing' in engine) {
    console.error(`the cluster was not run: ${engine.missing}`);
    return 2;
  }
  let from = performance.now();
  await buildImages();
  console.log(`images built in ${seconds(from)}`);
  await using cluster = await ComposeCluster.start(engine);
  const by = `${engine.compose.join(' ')} ${engine.version}`;
  console.log(`the cluster is up after ${(cluster.startedInMs / 1_000).toFixed(0)} s, by ${by}`);
  announceSystem(cluster.facts);
  announceProject(cluster.project);

  const { owning, alone } = await findSpecFiles();
  const without = [...owning, ...alone].map((name) => `/dist/${name.replaceAll('.', '\\.')}$`);
  from = performance.now();
  const code = await runSpecs(without);
  console.log(`the specs ran for ${seconds(from)}`);
  console.log(`not run here, as they break a system of their own: ${owning.map(shortName).join(', ')}`);
  return code;
}
