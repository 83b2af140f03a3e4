import { describe, expect, it } from '@jest/globals';
import { runPartition } from './run-partition.js';

/** Longer than what is known may be old, and than the access token that ends within it may be accepted. */
const CUT_MS = 15_000;

describe('services that are cut off from auth', () => {
  it('stop strict methods, go on with lenient ones, and catch up', async () => {
    const result = await runPartition(CUT_MS);
    expect(result).toMatchObject({ lenientRefused: 0, strictWrong: 0 });
    expect(result.strictUnknown).toBeGreaterThan(0);
    expect(result.strictStoppedMs).toBeLessThanOrEqual(10_000);
    expect(result.unheardMs).toBeGreaterThan(0);
    expect(result.expiredMs).toBeLessThanOrEqual(5_000);
  });
});
