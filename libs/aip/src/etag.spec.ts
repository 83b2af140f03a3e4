import { describe, expect, it } from '@jest/globals';
import { etagOf, versionOf } from './etag.js';

describe('etags', () => {
  it.each([1n, 35n, 36n, 4_711n, 36n ** 12n - 1n])('come back as the version %d', (version) => {
    expect(versionOf(etagOf(version))).toBe(version);
  });

  it('let any version do when none was sent', () => {
    expect(versionOf('')).toBeUndefined();
  });

  it.each(['0', '01', '"1"', 'W/"1"', ' 1', '1 ', 'A', '-1', '1'.repeat(13), "1' or '1'='1", 'é'])(
    'match no row when they were never issued: %j',
    (etag) => {
      expect(versionOf(etag)).toBe(-1n);
    },
  );
});
