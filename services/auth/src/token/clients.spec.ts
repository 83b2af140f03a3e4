import { describe, expect, it } from '@jest/globals';
import { ClientSecrets } from './clients.js';

describe('the secrets of clients', () => {
  const secrets = new ClientSecrets({ users: ['new of users', 'old of users'], gateway: ['of the gateway'] });

  it.each([
    ['users', 'new of users', true],
    ['users', 'old of users', true],
    ['users', 'of the gateway', false],
    ['users', '', false],
    ['gateway', 'of the gateway', true],
    ['gateway', 'old of users', false],
    ['gateway', 'undefined', false],
    ['stranger', '', false],
    ['stranger', 'of the gateway', false],
    ['toString', '', false],
  ])('%s proves itself with %j: %p', (clientId, secret, isGood) => {
    expect(secrets.match(clientId, secret)).toBe(isGood);
  });
});
