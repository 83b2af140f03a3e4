import { beforeEach, describe, expect, it } from '@jest/globals';
import { RenewableLease } from './lease.js';

let elapsed: number;
let lease: RenewableLease;

beforeEach(() => {
  elapsed = 50_000;
  lease = new RenewableLease({ monotonic: () => elapsed });
});

describe('RenewableLease', () => {
  it('is not fresh before anything is known', () => {
    expect(lease.isFresh).toBe(false);
    expect(lease.ageMs).toBe(Infinity);
  });

  it('counts from the moment that is known, whenever the news comes', () => {
    lease.renew(elapsed - 4_000);
    expect(lease.ageMs).toBe(4_000);
    elapsed += 6_000;
    expect(lease.isFresh).toBe(true);
    elapsed += 1;
    expect(lease.isFresh).toBe(false);
  });

  it('takes no news that is old for new', () => {
    const sentAt = elapsed;
    elapsed += 20_000;
    lease.renew(sentAt);
    expect(lease.isFresh).toBe(false);
  });

  it('knows nothing of moments to come, and keeps the latest', () => {
    lease.renew(elapsed + 60_000);
    lease.renew(elapsed - 5_000);
    expect(lease.ageMs).toBe(0);
    elapsed += 10_001;
    expect(lease.isFresh).toBe(false);
  });

  it('is lost at once, and for good until it is renewed', () => {
    lease.renew(elapsed);
    lease.lose();
    expect(lease.isFresh).toBe(false);
    lease.renew(elapsed);
    expect(lease.isFresh).toBe(true);
  });
});
