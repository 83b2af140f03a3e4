import { describe, expect, it } from '@jest/globals';
import { ATTACKS, NOBODY } from './attacks.js';
import { runHostile } from './run-hostile.js';

describe('a hostile caller', () => {
  it('costs others no call and no process its life, whatever it does', async () => {
    const { results } = await runHostile({
      attackMs: 700,
      quietMs: 100,
      windowMs: 50,
      warmUpMs: 100,
      settleMs: 0,
    });
    expect(results.map(({ name }) => name)).toEqual([...ATTACKS.keys()]);
    for (const { name, attack, quiet, others, ended } of results) {
      expect({ name, failures: others.failures, ended }).toEqual({ name, failures: {}, ended: 0 });
      if (name !== NOBODY) expect(attack.done).toBeGreaterThan(0);
      // Both sides of it, or what is as much without the harm.
      expect(quiet.length).toBe(name === 'cancel storm' ? 2 : 4);
      expect(others.accepted.count).toBeGreaterThan(0);
    }
  });
});
