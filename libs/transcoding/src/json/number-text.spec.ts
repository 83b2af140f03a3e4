import { describe, expect, it } from '@jest/globals';
import { parseFloating } from './number-text.js';

describe('a number of the type float', () => {
  it.each(['3.4028234663852886e38', '3.4028235e38', '-3.4028235E38', '1e-50'])('may be %s', (text) => {
    expect(parseFloating(text, true)).toBe(Number(text));
  });

  it.each(['3.4028236e38', '-3.4028236e38', '1e39', '1e400', '0x1', '.5', '5.', '+1', ' 1', ''])(
    'may not be "%s"',
    (text) => {
      expect(parseFloating(text, true)).toBeUndefined();
    },
  );
});
