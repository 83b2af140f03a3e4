import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { repositoryRoot } from '../repository-root.js';
import { readStartOptions } from './config.js';

describe('readStartOptions', () => {
  it('has a port for everything, each changeable', () => {
    expect(readStartOptions([], {}).ports).toMatchObject({
      gateway: 8080,
      auth: 5001,
      users: 5002,
      resources: 5003,
    });
    expect(readStartOptions([], { GATEHOUSE_PORT_RESOURCES2: '6000' }).ports.resources2).toBe(6000);
  });

  it('begins anew only when asked to', () => {
    expect(readStartOptions([], {}).fresh).toBe(false);
    expect(readStartOptions(['--fresh'], {}).fresh).toBe(true);
  });

  it('has somebody else to sign in with only when asked to', () => {
    expect(readStartOptions([], {}).social).toBe(false);
    expect(readStartOptions(['--fresh', '--social'], {})).toMatchObject({ fresh: true, social: true });
  });

  it('keeps its data in a folder of its own, also where the setting is empty', () => {
    const standard = join(repositoryRoot, '.gatehouse');
    expect(readStartOptions([], {}).folder).toBe(standard);
    expect(readStartOptions([], { GATEHOUSE_DATA: '' }).folder).toBe(standard);
    expect(readStartOptions([], { GATEHOUSE_DATA: '/data' }).folder).toBe('/data');
  });

  it.each(['0', '-1', 'abc', '55536', '1.5'])('refuses the port %s', (port) => {
    expect(() => readStartOptions([], { GATEHOUSE_PORT_AUTH: port })).toThrow(/GATEHOUSE_PORT_AUTH/);
  });

  it.each(['nonsense', 'http://127.0.0.1/x', 'mysql://a@b/c'])('refuses the database %s', (url) => {
    expect(() => readStartOptions([], { DATABASE_URL: url })).toThrow(/DATABASE_URL/);
  });

  it('refuses a port of nothing, which somebody means for something', () => {
    expect(() => readStartOptions([], { GATEHOUSE_PORT_GATEWY: '6000' })).toThrow(/GATEHOUSE_PORT_GATEWY/);
  });

  it('refuses an option that it does not know', () => {
    expect(() => readStartOptions(['--frsh'], {})).toThrow(/--frsh/);
  });
});
