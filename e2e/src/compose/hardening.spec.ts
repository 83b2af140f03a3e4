import { beforeAll, describe, expect, it } from '@jest/globals';
import { Container } from './container.js';
import { E2E_VERSION, IMAGES } from './images.js';
import { REPLICATED } from './replicas.js';
import { run } from './run.js';
import { sharedProject } from './shared-project.js';

const MEBI = 1_048_576;
const project = sharedProject();

interface Shown {
  readonly Config: { readonly User: string };
  readonly HostConfig: {
    readonly ReadonlyRootfs: boolean;
    readonly CapDrop: readonly string[];
    readonly SecurityOpt: readonly string[];
    readonly NanoCpus: number;
    readonly Memory: number;
    readonly PortBindings: Readonly<Record<string, unknown>>;
  };
}

const inspect = async <Type>(...ids: string[]) =>
  JSON.parse(await run(['docker', 'inspect', ...ids])) as Type[];

describe.each(IMAGES)('the image of %s', (service) => {
  const tag = `gatehouse/${service}:${E2E_VERSION}`;

  it('is under 250 MB, nobody special, and says what it is', async () => {
    const [image] = await inspect<{ Size: number; Config: { User: string; Labels: object } }>(tag);
    expect(image?.Size).toBeLessThan(250e6);
    expect(image?.Config.User).toBe('1000:1000');
    expect(image?.Config.Labels).toMatchObject({
      'org.opencontainers.image.title': `gatehouse/${service}`,
      'org.opencontainers.image.version': E2E_VERSION,
    });
  });

  it('has no shell', async () => {
    const shell = run([
      'docker',
      'run',
      '--rm',
      '--network',
      'none',
      '--entrypoint',
      '/bin/sh',
      tag,
      '-c',
      ':',
    ]);
    await expect(shell).rejects.toThrow(/no such file/);
  });
});

describe.each(REPLICATED)('a container of %s', (service) => {
  let ids: readonly string[];
  beforeAll(async () => {
    ids = await project.containersOf(service);
    expect(ids).toHaveLength(2);
  });

  it('is given no more than it needs, and no port', async () => {
    for (const { Config, HostConfig } of await inspect<Shown>(...ids)) {
      expect(Config.User).toBe('1000:1000');
      expect(HostConfig).toMatchObject({ ReadonlyRootfs: true, CapDrop: ['ALL'], PortBindings: {} });
      expect(HostConfig.SecurityOpt).toContain('no-new-privileges:true');
      expect(HostConfig.NanoCpus).toBeGreaterThan(0);
      expect(HostConfig.Memory).toBeLessThanOrEqual(512 * MEBI);
    }
  });

  it('keeps half of its memory free of its heap', async () => {
    const code = `
      const { heap_size_limit } = require('node:v8').getHeapStatistics();
      console.log(heap_size_limit / process.constrainedMemory());`;
    for (const id of ids) {
      const share = Number(await run(['docker', 'exec', id, 'node', '-e', code]));
      expect(share).toBeGreaterThan(0.4);
      expect(share).toBeLessThan(0.7);
    }
  });

  it('can write nowhere in its image', async () => {
    const code = `
      const { writeFileSync } = require('node:fs');
      for (const folder of ['/', '/app', '/run', '/run/certificates', '/run/secrets'])
        try { writeFileSync(folder + '/x', ''); console.log(folder); } catch {}`;
    for (const id of ids) expect(await run(['docker', 'exec', id, 'node', '-e', code])).toBe('');
  });

  const reaches = service === 'gateway' ? 'does not reach' : 'reaches';
  it(`${reaches} the databases’ server`, async () => {
    const server = new Container(await project.containerOf('postgres'));
    const host = await server.addressIn(project.network('data'));
    const code = `
      const socket = require('node:net').connect({ host: '${host}', port: 5432, timeout: 3_000 });
      const end = (outcome) => () => { console.log(outcome); process.exit(); };
      socket.on('connect', end('reached')).on('error', end('nothing')).on('timeout', end('nothing'));`;
    const outcome = service === 'gateway' ? 'nothing\n' : 'reached\n';
    for (const id of ids) expect(await run(['docker', 'exec', id, 'node', '-e', code])).toBe(outcome);
  });
});

it('one port is published, the entrance’s', async () => {
  const all = await run([
    'docker',
    'ps',
    '-q',
    '--filter',
    `label=com.docker.compose.project=${project.facts.name}`,
  ]);
  const shown = await inspect<Shown>(...all.trim().split('\n'));
  const published = shown.flatMap(({ HostConfig }) => Object.keys(HostConfig.PortBindings ?? {}));
  expect(published).toEqual(['8080/tcp']);
});
