import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { processStage } from '../../stage/processes.js';
import type { Stage } from '../../stage/stage.js';
import { startOwnSystem } from '../../system/own-system.js';
import { takingAll } from '../load/taking-all.js';
import { callsOf, failureLines, failures } from '../load/load-figures.js';
import { runReplicas, runStateful } from './run-replicas.js';

/** Long enough for some kills, and slow enough that a busy machine keeps up. */
const RUN = { perSecond: 40, forMs: 12_000, killEveryMs: 3_000, people: 8 };

let stage: Stage;

beforeAll(async () => {
  stage = processStage(await startOwnSystem({ settings: takingAll }));
});
afterAll(async () => {
  await stage?.[Symbol.asyncDispose]();
});

describe('kill -9 of one replica after the other', () => {
  it('throws nobody out, fails no idempotent call and loses no acknowledged write', async () => {
    const { load, kills } = await runReplicas(stage, RUN);
    expect(kills.length).toBeGreaterThan(0);
    expect(load.sent).toHaveLength(480);
    expect(failureLines(callsOf(load.sent, true))).toEqual([]);
    // Nobody knows what became of what was under way; that is all that may be said of the others.
    for (const { outcome } of failures(load.sent))
      expect(['UNAVAILABLE', 'NO_ANSWER']).toContain(outcome.code);
    expect(load.lookedFor).toBeGreaterThan(100);
    expect(load).toMatchObject({ thrownOutMs: [], lost: 0 });
  });

  it('throws people out where a gateway keeps their sessions in its memory', async () => {
    const { load, kills } = await runStateful(stage, { ...RUN, forMs: 8_000 }, []);
    expect(kills.length).toBeGreaterThan(0);
    expect(load.thrownOutMs.length).toBeGreaterThan(0);
    expect(load.lost).toBe(0);
  });
});
