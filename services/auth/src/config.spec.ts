import { ConfigFault } from '@gatehouse/config';
import { randomBytes } from 'node:crypto';
import { readAuthSettings } from './config.js';
import { specEnvironment } from './spec/running-auth.js';

const development = (text: string) => `development-${text}`;
const base64 = (text: string) => Buffer.from(text.padEnd(32, '.')).toString('base64');

function faultsOf(more: Record<string, string | undefined>): string[] {
  try {
    readAuthSettings({ ...specEnvironment('postgres://auth:own@127.0.0.1/auth'), ...more });
  } catch (error) {
    if (error instanceof ConfigFault) return error.faults.map((fault) => fault.split(':')[0]!.trim());
    throw error;
  }
  return [];
}

describe('the settings of auth', () => {
  it('are complete without secrets of their own making', () => {
    expect(faultsOf({})).toEqual([]);
    for (const name of [
      'KEY_SEALING_KEY',
      'CLIENT_SECRET_GATEWAY',
      'AUDIT_CHAIN_KEY',
      'DATABASE_URL',
      'ISSUER',
    ]) {
      expect(faultsOf({ [`GATEHOUSE_${name}`]: undefined })).toEqual([`GATEHOUSE_${name}`]);
    }
  });

  it.each([
    ['KEY_SEALING_KEY', base64(development('sealing'))],
    ['AUDIT_CHAIN_KEY', base64(development('chain'))],
    ['CLIENT_SECRET_RESOURCES', development('secret of resources')],
    ['CLIENT_SECRET_USERS', development('secret of users')],
    ['DATABASE_URL', `postgres://auth:${development('password')}@127.0.0.1/auth`],
  ])('refuse a development value in production: %s', (name, value) => {
    const setting = { [`GATEHOUSE_${name}`]: value };
    expect(faultsOf(setting)).toEqual([]);
    expect(faultsOf({ ...setting, GATEHOUSE_ENVIRONMENT: 'production' })).toEqual([`GATEHOUSE_${name}`]);
  });

  it.each([
    ['a short sealing key', 'KEY_SEALING_KEY', randomBytes(31).toString('base64')],
    ['more hashing than cores', 'HASH_CONCURRENCY', '100000'],
    ['a key gone before what it signed', 'KEY_RETIRE_MS', '300000'],
    ['a key that signs before every verifier knows it', 'KEY_PUBLISH_AHEAD_MS', '119999'],
    ['a name that does not exist', 'KEY_SEELING_KEY', 'x'],
  ])('refuse %s', (_, name, value) => {
    expect(faultsOf({ [`GATEHOUSE_${name}`]: value })).toEqual([`GATEHOUSE_${name}`]);
  });
});
