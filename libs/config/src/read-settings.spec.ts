import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import {
  addressRanges,
  ConfigFault,
  port,
  readSettings,
  refuseDevelopmentSecrets,
  refusePartialTls,
  secretBytes,
  serviceSettings,
  tlsFiles,
  tlsSettings,
} from './index.js';

const schema = z.object({ GRPC_PORT: port, KEY: z.string().min(3), LEVEL: z.string().default('info') });

function faultsOf(environment: Record<string, string>): readonly string[] {
  try {
    readSettings(schema, environment);
  } catch (error) {
    if (error instanceof ConfigFault) return error.faults;
    throw error;
  }
  return [];
}

describe('readSettings', () => {
  const folder = mkdtempSync(join(tmpdir(), 'settings-'));
  const file = join(folder, 'key');
  beforeAll(() => writeFileSync(file, 'secret\n'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('reads variables and secret files, fills defaults and freezes', () => {
    const settings = readSettings(schema, {
      GATEHOUSE_GRPC_PORT: '5001',
      GATEHOUSE_KEY_FILE: file,
      PATH: '/bin',
    });
    expect(settings).toEqual({ GRPC_PORT: 5001, KEY: 'secret', LEVEL: 'info' });
    expect(Object.isFrozen(settings)).toBe(true);
  });

  it('takes an empty variable for none', () => {
    const settings = readSettings(schema, {
      GATEHOUSE_GRPC_PORT: '5001',
      GATEHOUSE_KEY: '',
      GATEHOUSE_KEY_FILE: file,
      GATEHOUSE_LEVEL: '',
      GATEHOUSE_LEVEL_FILE: '',
    });
    expect(settings).toEqual({ GRPC_PORT: 5001, KEY: 'secret', LEVEL: 'info' });
    expect(faultsOf({ GATEHOUSE_GRPC_PORT: '', GATEHOUSE_KEY: 'abc' })).toHaveLength(1);
  });

  it('names every fault at once', () => {
    const faults = faultsOf({ GATEHOUSE_GRPC_PORT: '70000', GATEHOUSE_KEY: 'x', GATEHOUSE_KEI: 'typo' });
    expect(faults.map((fault) => fault.split(':')[0]).sort()).toEqual([
      'GATEHOUSE_GRPC_PORT',
      'GATEHOUSE_KEI',
      'GATEHOUSE_KEY',
    ]);
  });

  it.each([
    ['a file that is not there', { GATEHOUSE_KEY_FILE: '/nowhere/key' }, 'GATEHOUSE_KEY_FILE'],
    [
      'a value beside its file',
      { GATEHOUSE_KEY: 'abc', GATEHOUSE_KEY_FILE: thisFile() },
      'GATEHOUSE_KEY and',
    ],
  ])('refuses %s', (_, environment, start) => {
    const faults = faultsOf({ GATEHOUSE_GRPC_PORT: '1', ...environment });
    expect(faults.some((fault) => fault.startsWith(start))).toBe(true);
  });

  describe('ranges of addresses', () => {
    it('are compared by their network, both versions in one list', () => {
      const ranges = addressRanges.parse('10.1.0.0/16, fd00::/8,192.0.2.7/32');
      expect([ranges.check('10.1.255.1'), ranges.check('10.2.0.1'), ranges.check('192.0.2.7')]).toEqual([
        true,
        false,
        true,
      ]);
      expect([ranges.check('fd12::1', 'ipv6'), ranges.check('fe80::1', 'ipv6')]).toEqual([true, false]);
      expect(addressRanges.parse('').check('127.0.0.1')).toBe(false);
    });

    it.each(['10.0.0.0', '10.0.0.0/33', 'fd00::/129', '10.0.0/8', 'proxy/8', '10.0.0.0/8/8', '10.0.0.0/ 8'])(
      'refuses %s',
      (text) => expect(addressRanges.safeParse(text).success).toBe(false),
    );
  });

  describe('the files of TLS', () => {
    const paths = {
      GATEHOUSE_TLS_CERTIFICATE_FILE: '/tls/certificate',
      GATEHOUSE_TLS_KEY_FILE: '/tls/key',
      GATEHOUSE_TLS_CA_FILE: '/tls/ca',
    };
    const guarded = z.object(tlsSettings).superRefine(refusePartialTls);

    it('are paths, which nobody reads at this time', () => {
      const files = tlsFiles(readSettings(guarded, paths));
      expect(files).toEqual({ certificate: '/tls/certificate', key: '/tls/key', ca: '/tls/ca' });
      expect(tlsFiles(readSettings(guarded, {}))).toBeUndefined();
    });

    it.each(Object.keys(paths))('are refused without %s', (name) => {
      const { [name as keyof typeof paths]: _left, ...others } = paths;
      expect(() => readSettings(guarded, others)).toThrow(name);
    });
  });

  it('refuses development secrets in production alone', () => {
    const guarded = z
      .object({ ...serviceSettings, KEK: secretBytes(16) })
      .superRefine(refuseDevelopmentSecrets('KEK'));
    const environment = (name: string) => ({
      GATEHOUSE_ENVIRONMENT: name,
      GATEHOUSE_HEALTH_PORT: '0',
      GATEHOUSE_KEK: Buffer.from('development-0123456789').toString('base64'),
    });
    expect(() => readSettings(guarded, environment('development'))).not.toThrow();
    expect(() => readSettings(guarded, environment('production'))).toThrow(ConfigFault);
  });
});

function thisFile(): string {
  return new URL(import.meta.url).pathname;
}
