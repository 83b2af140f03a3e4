import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigFault } from '@gatehouse/config';
import { readAuthSettings } from '../config.js';
import { specEnvironment } from '../spec/running-auth.js';

type Provider = Readonly<Record<string, unknown>>;

let clientSecretFile: string;
beforeAll(async () => {
  clientSecretFile = join(await mkdtemp(join(tmpdir(), 'gatehouse-')), 'client-secret');
  await writeFile(clientSecretFile, 'given by the provider\n');
});

const settingsOf = (providers: readonly Provider[] | string, more: Readonly<Record<string, string>> = {}) =>
  readAuthSettings({
    ...specEnvironment('postgres://auth:own@127.0.0.1/auth'),
    GATEHOUSE_IDENTITY_PROVIDERS: typeof providers === 'string' ? providers : JSON.stringify(providers),
    ...more,
  });

function faultsOf(...args: Parameters<typeof settingsOf>): readonly string[] {
  try {
    settingsOf(...args);
  } catch (error) {
    if (error instanceof ConfigFault) return error.faults;
    throw error;
  }
  return [];
}

const PRODUCTION = { GATEHOUSE_ENVIRONMENT: 'production' };
const ANY = { GATEHOUSE_OUTBOUND_ADDRESSES: 'any' };
const google = (more: Provider = {}) => ({ kind: 'google', clientId: 'id', clientSecretFile, ...more });
const github = (more: Provider = {}) => ({ kind: 'github', clientId: 'id', clientSecretFile, ...more });
const oidc = (more: Provider = {}) => ({
  kind: 'oidc',
  name: 'corp',
  issuer: 'https://id.corp.example/realm/',
  clientId: 'id',
  clientSecretFile,
  ...more,
});

describe('the settings of identity providers', () => {
  it('are none, unless given', () => {
    expect(
      readAuthSettings(specEnvironment('postgres://auth:own@127.0.0.1/auth')).IDENTITY_PROVIDERS,
    ).toEqual([]);
  });

  it('take a client ID and a secret for the well-known ones, and an issuer for any other', () => {
    const providers = settingsOf([google(), github(), oidc()]).IDENTITY_PROVIDERS;
    const secret = { clientId: 'id', clientSecretFile: 'given by the provider' };
    expect(providers).toEqual([
      {
        ...secret,
        kind: 'google',
        name: 'google',
        displayName: 'Google',
        issuer: 'https://accounts.google.com',
        emailDomains: ['gmail.com', 'googlemail.com'],
      },
      {
        ...secret,
        kind: 'github',
        name: 'github',
        displayName: 'GitHub',
        url: 'https://github.com',
        apiUrl: 'https://api.github.com',
        emailDomains: [],
      },
      {
        ...secret,
        kind: 'oidc',
        name: 'corp',
        issuer: 'https://id.corp.example/realm/',
        scopes: ['openid', 'email', 'profile'],
        emailDomains: [],
      },
    ]);
  });

  it.each<[string, () => readonly Provider[] | string]>([
    ['what is no JSON', () => '[{'],
    ['what is no list', () => '{}'],
    ['a kind that nobody knows', () => [google({ kind: 'gogle' })]],
    ['a member that nobody knows', () => [google({ clientsecret: 'x' })]],
    ['a secret in the open', () => [google({ clientSecretFile: undefined, clientSecret: 'x' })]],
    ['a secret that is not there', () => [google({ clientSecretFile: '/nowhere' })]],
    ['a name that is no part of a path', () => [oidc({ name: '../corp' })]],
    ['a name twice', () => [google(), oidc({ name: 'google' })]],
    ['an issuer without TLS', () => [oidc({ issuer: 'http://id.corp.example' })]],
    ['an issuer that is no URL', () => [oidc({ issuer: 'id.corp.example' })]],
    ['an issuer with a query', () => [oidc({ issuer: 'https://id.corp.example/?a' })]],
    ['a GitHub without TLS', () => [github({ apiUrl: 'http://api.github.test' })]],
    ['scopes without openid', () => [oidc({ scopes: ['email'] })]],
    ['a domain that is none', () => [oidc({ emailDomains: ['@corp.example'] })]],
  ])('refuse %s', (_, providers) => {
    const faults = faultsOf(providers());
    expect(faults.length).toBeGreaterThan(0);
    for (const fault of faults) expect(fault).toMatch(/^GATEHOUSE_IDENTITY_PROVIDERS/);
  });

  it('reach the own machine and its networks, and that without TLS, in development alone', () => {
    const here = [oidc({ issuer: 'http://127.0.0.1:4000' })];
    expect(faultsOf(here, ANY)).toEqual([]);
    expect(faultsOf(here, { ...ANY, ...PRODUCTION })).toEqual([
      expect.stringMatching(/^GATEHOUSE_OUTBOUND_ADDRESSES: /),
    ]);
  });

  it('refuse a development value in production', async () => {
    await writeFile(clientSecretFile, 'development-secret');
    expect(faultsOf([google()])).toEqual([]);
    expect(faultsOf([google()], PRODUCTION)).toEqual([
      expect.stringMatching(/^GATEHOUSE_IDENTITY_PROVIDERS: /),
    ]);
    await writeFile(clientSecretFile, 'given by the provider\n');
  });
});
