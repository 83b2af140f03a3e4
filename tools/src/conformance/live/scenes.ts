import type { AttackCase } from '../corpus.js';
import type { BuildAccessToken, Observation } from '../live-system.js';
import { authorizationScenes } from './authorization-scenes.js';
import { credentialScenes } from './credential-scenes.js';
import { notBeforeScene } from './not-before-scene.js';
import { outageScenes } from './outage-scenes.js';
import { proofScenes } from './proof-scenes.js';
import type { Stage } from './stage.js';
import { streamScenes } from './stream-scenes.js';

/** Brings about what a case describes and presents an access token. */
export type Scene = (stage: Stage, build: BuildAccessToken) => Promise<Observation>;

/** By the preconditions of a case, in their order; without any, by its ID. */
const SCENES: Readonly<Record<string, Scene>> = {
  ...authorizationScenes,
  ...credentialScenes,
  ...outageScenes,
  ...proofScenes,
  ...streamScenes,
};

/** How a case is played; undefined when the system lacks what it is about. */
export function sceneOf({ id, precondition = [] }: AttackCase): Scene | undefined {
  if (precondition.length > 0 && precondition.every((condition) => condition.startsWith('notBefore:')))
    return notBeforeScene(precondition);
  return SCENES[precondition.length > 0 ? precondition.join(' ') : id];
}
