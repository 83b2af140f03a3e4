import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from '@jest/globals';
import { repositoryRoot } from '../repository-root.js';
import { readKustomized } from './kustomize.js';
import { environmentOf, ofKind, workloadsOf, type Container, type Manifest } from './manifest.js';
import { mountedSecrets } from './secret-mounts.js';
import { withOverlays } from './spec/overlays.js';

type Environment = Readonly<Record<string, string>>;
type ReadSettings = (environment: Environment) => Readonly<Record<string, unknown>>;

/** What the program of a container reads its settings with: none for a program that is not ours. */
const READERS: Readonly<Record<string, readonly [string, string]>> = {
  auth: ['services/auth/dist/config.js', 'readAuthSettings'],
  seed: ['services/auth/dist/config.js', 'readAuthSettings'],
  users: ['services/users/dist/config.js', 'readUsersSettings'],
  resources: ['services/resources/dist/config.js', 'readResourcesSettings'],
  gateway: ['services/gateway/dist/config.js', 'readGatewaySettings'],
  provision: ['libs/migrations/dist/config.js', 'readProvisionSettings'],
  migrate: ['libs/migrations/dist/config.js', 'readMigrateSettings'],
};

async function readerOf(container: string): Promise<ReadSettings> {
  const [path, name] = READERS[container]!;
  const module = (await import(pathToFileURL(join(repositoryRoot, path)).href)) as Record<
    string,
    ReadSettings
  >;
  return module[name]!;
}

const folders: string[] = [];
const [dev, prod] = await withOverlays((folder) =>
  Promise.all(['dev', 'prod'].map((overlay) => readKustomized(join(folder, overlay)))),
);
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

/** The values of an overlay's Secrets. Those of prod are in a store, so it gets those of dev and what dev has not. */
const FROM_STORE: Readonly<Record<string, string>> = { 'smtp-url': 'smtps://mail.example.com' };
function valueOf(secret: string, key: string): string {
  const known = ofKind(dev!, 'Secret').find(({ metadata }) => metadata.name === secret);
  const encoded = (known?.['data'] as Record<string, string> | undefined)?.[key];
  return encoded === undefined ? FROM_STORE[key]! : Buffer.from(encoded, 'base64').toString();
}

/** The environment as the container has it, with its secrets in files of this machine. */
async function environmentHere(
  container: Container,
  workload: string,
  manifests: readonly Manifest[],
): Promise<Environment> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-settings-'));
  folders.push(folder);
  const { pod } = workloadsOf(manifests).find(({ name }) => name === workload)!;
  // Certificates are read when the service starts, not with its settings.
  const files = mountedSecrets(container, pod, manifests).files.filter(
    ({ key }) => !/\.(crt|key)$/.test(key),
  );
  for (const { key, secret } of files) await writeFile(join(folder, key), valueOf(secret, key));
  const here = new Map(files.map(({ path, key }) => [path, join(folder, key)]));
  const environment = Object.entries(environmentOf(container, manifests));
  return Object.fromEntries(environment.map(([name, value]) => [name, here.get(value) ?? value]));
}

const overlays = [
  ['dev', dev!],
  ['prod', prod!],
] as const;
const cases = overlays.flatMap(([overlay, manifests]) =>
  workloadsOf(manifests).flatMap(({ name, containers: all }) =>
    all
      .filter((container) => container.name in READERS)
      .map((container) => ({ overlay, workload: name, name: container.name, container, manifests })),
  ),
);

describe('the settings of the manifests', () => {
  it('are those of every program of ours', () => {
    expect(new Set(cases.map(({ name }) => name))).toEqual(new Set(Object.keys(READERS)));
  });

  it.each(cases)(
    'are what $name takes: $workload in $overlay',
    async ({ name, workload, container, manifests }) => {
      const read = await readerOf(name);
      const environment = await environmentHere(container, workload, manifests);
      expect(() => read(environment)).not.toThrow();
      expect(() => read({ ...environment, GATEHOUSE_UNKNOWN: 'x' })).toThrow(/GATEHOUSE_UNKNOWN/);
      for (const setting of Object.keys(environment).filter((key) => key.endsWith('_URL_FILE'))) {
        const { [setting]: _url, ...others } = environment;
        expect(() => read(others)).toThrow(setting.replace(/_FILE$/, ''));
      }
    },
  );

  it.each(cases.filter(({ workload, name }) => workload === name && name !== 'seed'))(
    'run $name as production in $overlay',
    ({ container, manifests }) => {
      expect(environmentOf(container, manifests)).toMatchObject({ GATEHOUSE_ENVIRONMENT: 'production' });
    },
  );
});
