import { ComposeCluster } from '../compose/compose-cluster.js';
import { findEngine } from '../compose/engine.js';
import { imageStage } from '../compose/image-stage.js';
import { buildImages } from '../compose/images.js';
import { startOwnSystem } from '../system/own-system.js';
import { processStage } from './processes.js';
import type { Stage } from './stage.js';

/** `processes` where there is an engine and it is not wanted. */
const WANTED = process.env['E2E_STAGE'];

/**
 * A whole system to break: of the images of this checkout where there is a container engine, of processes elsewhere.
 *
 * @param say is told which it is, and why
 * @throws Error when it does not come up; nothing is left then
 */
export async function openStage(say: (line: string) => void): Promise<Stage> {
  const engine = WANTED === 'processes' ? { missing: 'processes are asked for' } : await findEngine();
  if ('missing' in engine) {
    say(`on processes: ${engine.missing}`);
    return processStage(await startOwnSystem());
  }
  await buildImages();
  say(`on the built images, by ${engine.compose.join(' ')} ${engine.version}`);
  return imageStage(await ComposeCluster.start(engine));
}
