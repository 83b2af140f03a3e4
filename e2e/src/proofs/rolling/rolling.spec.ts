import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { processStage } from '../../stage/processes.js';
import type { Stage } from '../../stage/stage.js';
import { startOwnSystem } from '../../system/own-system.js';
import { takingAll } from '../load/taking-all.js';
import { failureLines } from '../load/load-figures.js';
import { runRolling } from './run-rolling.js';

let stage: Stage;

beforeAll(async () => {
  stage = processStage(await startOwnSystem({ settings: takingAll }));
});
afterAll(async () => {
  await stage?.[Symbol.asyncDispose]();
});

it('replaces every replica of what answers people, and none of them notices', async () => {
  const run = { perSecond: 40, calls: 300, people: 8, services: ['resources', 'gateway'] as const };
  const { load, replacements } = await runRolling(stage, run);
  expect(replacements.length).toBeGreaterThanOrEqual(4);
  expect(load.sent.length).toBeGreaterThanOrEqual(300);
  expect(failureLines(load.sent)).toEqual([]);
  expect(load).toMatchObject({ thrownOutMs: [], lost: 0 });
});
