import { describe, expect, it } from '@jest/globals';
import { RecentProofs } from './recent-proofs.js';

describe('the proofs of a while', () => {
  it('are known', () => {
    const recent = new RecentProofs();
    expect(recent.has('a')).toBe(false);
    recent.add('a');
    expect(recent.has('a')).toBe(true);
  });

  it('are as many as may be, the oldest forgotten first', () => {
    const recent = new RecentProofs(100);
    for (let n = 0; n < 1_000; n++) {
      recent.add(`${n}`);
      expect(recent.size).toBeLessThanOrEqual(100);
    }
    for (let n = 950; n < 1_000; n++) expect(recent.has(`${n}`)).toBe(true);
    expect(recent.has('0')).toBe(false);
  });
});
