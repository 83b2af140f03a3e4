import { describe, expect, it } from '@jest/globals';
import { ATTACKS } from './attacks.js';
import { runHostile } from './run-hostile.js';

describe('a hostile caller', () => {
  it('costs others no call and no process its life, whatever it does', async () => {
    const { results } = await runHostile({ attackMs: 700, quietMs: 100, warmUpMs: 100, settleMs: 0 });
    expect(results.map(({ name }) => name)).toEqual([...ATTACKS.keys()]);
    for (const { name, attack, others, ended } of results) {
      expect({ name, failures: others.failures, ended }).toEqual({ name, failures: {}, ended: 0 });
      expect(attack.done).toBeGreaterThan(0);
      expect(others.accepted.count).toBeGreaterThan(0);
    }
  });
});
