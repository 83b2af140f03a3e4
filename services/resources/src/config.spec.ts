import { describe, expect, it } from '@jest/globals';
import { ConfigFault } from '@gatehouse/config';
import { readResourcesSettings } from './config.js';

const environment = {
  GATEHOUSE_ENVIRONMENT: 'production',
  GATEHOUSE_GRPC_PORT: '4100',
  GATEHOUSE_HEALTH_PORT: '4101',
  GATEHOUSE_DATABASE_URL: 'postgres://resources:secret@database/resources',
  GATEHOUSE_PAGE_TOKEN_KEY: Buffer.alloc(32, 7).toString('base64'),
  GATEHOUSE_ISSUER: 'https://auth.example',
  GATEHOUSE_AUTH_ADDRESS: 'auth:4000',
  GATEHOUSE_CLIENT_SECRET: 'the secret of resources',
};

/** The settings that a reading finds fault with. */
function faultsOf(settings: Readonly<Record<string, string>>): string[] {
  try {
    readResourcesSettings(settings);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigFault)) throw error;
    return error.faults.map((fault) => /^GATEHOUSE_(\w+)/.exec(fault)?.[1] ?? fault);
  }
}

describe('the settings', () => {
  it('are complete with these', () => {
    expect(readResourcesSettings(environment)).toMatchObject({
      API_AUDIENCE: 'gatehouse-api',
      HOST: '127.0.0.1',
    });
  });

  it('are all named when they are missing', () => {
    const required = [...Object.keys(environment)].map((name) => name.replace('GATEHOUSE_', ''));
    expect(faultsOf({}).sort()).toEqual(required.sort());
  });

  it('hold nothing that the service does not know', () => {
    expect(faultsOf({ ...environment, GATEHOUSE_PAGE_TOKENS_KEY: 'x' })).toEqual(['PAGE_TOKENS_KEY']);
  });

  it.each([
    ['DATABASE_URL', 'postgres://resources:development-resources@database/resources'],
    ['PAGE_TOKEN_KEY', Buffer.from('development-key-of-page-tokens-for-all').toString('base64')],
  ])('refuse a development value of %s in production', (name, value) => {
    const settings = { ...environment, [`GATEHOUSE_${name}`]: value };
    expect(faultsOf(settings)).toEqual([name]);
    expect(faultsOf({ ...settings, GATEHOUSE_ENVIRONMENT: 'development' })).toEqual([]);
  });

  it('refuse a key that is too short', () => {
    const key = Buffer.alloc(31, 7).toString('base64');
    expect(faultsOf({ ...environment, GATEHOUSE_PAGE_TOKEN_KEY: key })).toEqual(['PAGE_TOKEN_KEY']);
  });
});
