import { LimitKeys, networkOf } from './limit-keys.js';

describe('what counts as one address', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:db8:1:2::', '2001:db8:1:2::/64'],
    ['::1', '0:0:0:0::/64'],
    ['', ''],
  ])('%s is %s', (address, network) => expect(networkOf(address)).toBe(network));
});

describe('the key of an account', () => {
  const keys = new LimitKeys(Buffer.alloc(32, 1));

  it('is one for all spellings of an email, and another one under another secret', () => {
    expect(keys.ofAccount('Ada@Gatehouse.test')).toBe(keys.ofAccount('ada@gatehouse.test'));
    expect(keys.ofAccount('ada@gatehouse.test')).not.toBe(keys.ofAccount('bob@gatehouse.test'));
    expect(new LimitKeys(Buffer.alloc(32, 2)).ofAccount('ada@gatehouse.test')).not.toBe(
      keys.ofAccount('ada@gatehouse.test'),
    );
  });

  it('differs by address, and says nothing of either', () => {
    const key = keys.ofPair('ada@gatehouse.test', '192.0.2.1');
    expect(key).not.toBe(keys.ofPair('ada@gatehouse.test', '192.0.2.2'));
    expect(key).toMatch(/^[\w-]{43}$/);
  });
});
