import { expect, it } from '@jest/globals';
import { vouchedEmail } from './vouched-email.js';

it('an address is vouched for by the domains that a provider speaks for', () => {
  expect(vouchedEmail('gina@Corp.example', ['corp.example'])).toEqual({
    address: 'gina@Corp.example',
    authoritative: true,
  });
  expect(vouchedEmail('gina@corp.example', [])?.authoritative).toBe(false);
  expect(vouchedEmail('gina@corp.example', ['*'])?.authoritative).toBe(true);
});

it.each([
  [undefined],
  ['gina'],
  ['gina@corp'],
  ['gina@@corp.example'],
  ['gina jones@corp.example'],
  ['gina\0@corp.example'],
  ['gina@corp\u200b.example'],
])('%j is no address', (text) => {
  expect(vouchedEmail(text, ['*'])).toBeUndefined();
});

it('an address has 254 characters at most', () => {
  const domain = '@corp.example';
  expect(vouchedEmail(`${'g'.repeat(254 - domain.length)}${domain}`, ['*'])).toBeDefined();
  expect(vouchedEmail(`${'g'.repeat(255 - domain.length)}${domain}`, ['*'])).toBeUndefined();
});
