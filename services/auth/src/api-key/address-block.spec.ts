import { readAddress } from '@gatehouse/grpc';
import { liesWithin, readAddressBlock } from './address-block.js';

describe('a block of addresses', () => {
  it.each([
    ['203.0.113.0/24', '203.0.113.0/24'],
    ['203.0.113.7/32', '203.0.113.7/32'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['2001:DB8::/32', '2001:db8::/32'],
    ['2001:0db8:0000:0000:0000:0000:0000:0001/128', '2001:db8::1/128'],
    ['::/0', '::/0'],
    ['1::1:0/112', '1::1:0/112'],
    ['fe80::/10', 'fe80::/10'],
    ['1:2:3:4:5:6:7:8/128', '1:2:3:4:5:6:7:8/128'],
  ])('is read from %s', (text, block) => {
    expect(readAddressBlock(text)).toBe(block);
  });

  it.each([
    '',
    '203.0.113.0',
    '203.0.113.1/24',
    '203.0.113.0/33',
    '203.0.113.0/024',
    '203.0.113.0/+24',
    '203.0.113.0/-1',
    '203.0.113.0/',
    '203.0.113.0/24 ',
    '203.0.113.0/255.255.255.0',
    '203.0.113/24',
    '0313.0.113.0/24',
    '256.0.0.0/8',
    '2001:db8::1/32',
    '2001:db8::/129',
    '2001:db8:::/32',
    '[2001:db8::]/32',
    'fe80::1%eth0/128',
    '::ffff:203.0.113.0/120',
    '::ffff:203.0.113.0/24',
    '::ffff:cb00:7100/120',
    'localhost/32',
    '10.0.0.0/8,11.0.0.0/8',
  ])('is not read from %j', (text) => {
    expect(readAddressBlock(text)).toBeUndefined();
  });

  it.each([
    ['203.0.113.0/24', '203.0.113.0', '203.0.113.255'],
    ['128.0.0.0/1', '128.0.0.0', '255.255.255.255'],
    ['203.0.113.7/32', '203.0.113.7', '::ffff:203.0.113.7', '::FFFF:CB00:7107'],
    ['0.0.0.0/0', '0.0.0.0', '255.255.255.255', '::ffff:203.0.113.7'],
    ['2001:db8::/32', '2001:db8::', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['2001:db8::1/128', '2001:0DB8::0001'],
    ['::/0', '::', '2001:db8::1', '::1.2.3.4'],
  ])('holds what is in %s', (block, ...addresses) => {
    for (const address of addresses) expect(liesWithin([block], readAddress(address)!)).toBe(true);
  });

  it.each([
    ['203.0.113.0/24', '203.0.112.255', '203.0.114.0', '2001:db8::cb00:7100'],
    ['203.0.113.7/32', '203.0.113.6', '::203.0.113.7'],
    ['2001:db8::/32', '2001:db7:ffff::', '2001:db9::', '32.1.13.184'],
    ['::/0', '203.0.113.7', '::ffff:203.0.113.7'],
  ])('does not hold what is beside %s', (block, ...addresses) => {
    for (const address of addresses) expect(liesWithin([block], readAddress(address)!)).toBe(false);
  });

  it('holds no address that is not known', () => {
    expect(liesWithin(['0.0.0.0/0', '::/0'], '')).toBe(false);
  });
});
