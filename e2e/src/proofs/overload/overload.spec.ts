import { describe, expect, it } from '@jest/globals';
import { runOverload } from './run-overload.js';

describe('ten times the peak', () => {
  it('is refused but for what can be answered, and leaves nothing behind', async () => {
    const result = await runOverload({
      peakMs: 2_000,
      normalMs: 1_000,
      overloadMs: 5_000,
      afterMs: 5_000,
      haltMs: 3_000,
    });
    expect(result.overload.accepted.count).toBeGreaterThan(0);
    expect(result.overload.shed.count).toBeGreaterThan(0);
    expect([result.normal.failures, result.overload.failures, result.after.failures]).toEqual([{}, {}, {}]);
    expect(result.after.seconds.at(-1)?.accepted).toBeGreaterThan(0);
    expect(result.signedIn).toBeGreaterThan(0);
    expect(result.halted.shed.count).toBeGreaterThan(0);
    expect(result.ended).toBe(0);
  });
});
