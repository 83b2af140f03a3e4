import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { repositoryRoot } from '../repository-root.js';
import { DEMO_ACCOUNTS } from '../seed/accounts.js';
import { DEMO_RESOURCES } from '../seed/resources.js';
import { SERVICES } from '../start/services.js';
import { type ComposeFile, type ComposeService, readComposeFile } from './compose-file.js';
import { breachesOf } from './compose-rules.js';

const OURS = ['auth', 'users', 'resources', 'gateway'];
const file = await readComposeFile();

const withService = (name: string, change: Partial<ComposeService>): ComposeFile => ({
  ...file,
  services: { ...file.services, [name]: { ...file.services[name]!, ...change } },
});

describe('docker-compose.yml', () => {
  it('keeps the rules', () => {
    expect(breachesOf(file)).toEqual([]);
  });

  it('runs every service, the entrance, PostgreSQL, and jobs', () => {
    const running = Object.entries(file.services).filter(([, { restart }]) => restart !== 'no');
    const named = (profile?: string) =>
      running.filter(([, { profiles = [] }]) => profiles[0] === profile).map(([name]) => name);
    expect(named().sort()).toEqual([...OURS, 'entrance', 'postgres'].sort());
    expect(named('mail')).toEqual(['mail']);
    expect(named('social')).toEqual(['google.localhost', 'github.localhost']);
    expect(named('observability')).toEqual(['collector', 'tempo', 'prometheus', 'grafana']);
  });

  it('makes every image of ours by the one recipe', () => {
    const built = Object.values(file.services).filter(({ image }) => image.startsWith('gatehouse/'));
    expect(built.length).toBeGreaterThan(OURS.length);
    for (const { image, build } of built) {
      const service = /^gatehouse\/([\w-]+):/.exec(image)?.[1];
      expect(build).toEqual({
        context: '.',
        dockerfile: 'deploy/docker/Dockerfile',
        args: {
          SERVICE: service,
          NODE_IMAGE: '${NODE_IMAGE:-node:24-bookworm-slim}',
          BUILD_IMAGE: '${BUILD_IMAGE:-node:24-bookworm-slim}',
        },
      });
    }
  });

  it('gives the heaps of npm start what those of the images have', () => {
    for (const { service, heapMiB } of SERVICES)
      expect(file.services[service]!.deploy?.resources?.limits?.memory).toBe(`${2 * heapMiB}M`);
  });

  it('runs the services as production, unless whoever runs it says otherwise of auth', () => {
    for (const name of OURS)
      expect(file.services[name]!.environment).toMatchObject({
        GATEHOUSE_ENVIRONMENT: name === 'auth' ? '${GATEHOUSE_AUTH_ENVIRONMENT:-production}' : 'production',
      });
  });

  const limits = { cpus: '1.00', memory: '1G' };
  it.each<[string, ComposeFile]>([
    ['limits: users', withService('users', { deploy: { replicas: 2 } })],
    [
      'limits: users',
      withService('users', { deploy: { replicas: 2, resources: { limits: { cpus: '1' } } } }),
    ],
    ['image: postgres', withService('postgres', { image: 'postgres' })],
    ['image: postgres', withService('postgres', { image: 'postgres:latest' })],
    ['image: auth', withService('auth', { image: 'registry:5000/auth' })],
    ['health: auth', withService('auth', { healthcheck: { disable: true } })],
    ['replicas: resources', withService('resources', { deploy: { replicas: 1, resources: { limits } } })],
    ['scalable: users', withService('users', { container_name: 'users' })],
    ['port: postgres', withService('postgres', { ports: ['5432:5432'] })],
    ['hardened: gateway', withService('gateway', { read_only: false })],
    ['hardened: gateway', withService('gateway', { user: 'root' })],
    ['hardened: gateway', withService('gateway', { cap_drop: undefined })],
    ['tls: users', withService('users', { volumes: undefined })],
    ['last known: users', withService('users', { volumes: file.services['resources']!.volumes })],
    ['last known: gateway', withService('gateway', { volumes: [file.services['gateway']!.volumes![0]!] })],
    [
      'last known: users',
      withService('users', {
        environment: { ...file.services['users']!.environment, GATEHOUSE_LAST_KNOWN_FILE: '/tmp/x' },
      }),
    ],
    [
      'tls: users',
      withService('users', { volumes: ['./deploy/docker/certificates/auth:/run/certificates:ro'] }),
    ],
    [
      'tls: gateway',
      withService('gateway', {
        environment: { ...file.services['gateway']!.environment, GATEHOUSE_TLS_KEY_FILE: '/elsewhere' },
      }),
    ],
    ['client address: users', withService('users', { environment: { GATEHOUSE_ISSUER: 'http://i' } })],
    [
      'client address: gateway',
      withService('gateway', {
        environment: { ...file.services['gateway']!.environment, GATEHOUSE_TRUSTED_PROXIES: '0.0.0.0/0' },
      }),
    ],
    ['plain secret: users', withService('users', { environment: { GATEHOUSE_CLIENT_SECRET: 'x' } })],
    ['plain secret: auth', withService('auth', { environment: { GATEHOUSE_SMTP_URL: 'smtp://a:b@c' } })],
    ['port: grafana', withService('grafana', { ports: ['3000:3000'] })],
    ['limits: prometheus', withService('prometheus', { deploy: {} })],
    ['profile: auth', withService('auth', { depends_on: { mail: { condition: 'service_healthy' } } })],
    ['networks: the file', withService('collector', { networks: ['services', 'data'] })],
    [
      'secret mount: users',
      withService('users', { environment: { GATEHOUSE_CLIENT_SECRET_FILE: '/run/secrets/elsewhere' } }),
    ],
    ['secret file: users', withService('users', { secrets: ['elsewhere'] })],
    ['owner rights: users', withService('users', { secrets: ['users-owner-url'] })],
    ['order: gateway', withService('gateway', { depends_on: { seed: { condition: 'service_started' } } })],
    ['portable: the file', { ...file, name: 'gatehouse' }],
    ['port: gateway', withService('gateway', { ports: ['8080:8080'] })],
    ['one port: the file', withService('entrance', { ports: ['8080:8080', '9000:9000'] })],
    ['one port: the file', withService('entrance', { ports: undefined })],
    ['networks: the file', withService('entrance', { networks: undefined })],
    ['networks: the file', withService('gateway', { networks: ['front', 'services', 'data'] })],
    ['networks: the file', withService('users', { networks: ['front', 'services', 'data'] })],
    ['networks: the file', { ...file, networks: { ...file.networks, data: {} } }],
  ])('would be refused: %s', (breach, changed) => {
    expect(breachesOf(changed)).toContainEqual(expect.stringContaining(breach));
  });

  it.each([
    ['accounts', DEMO_ACCOUNTS],
    ['resources', DEMO_RESOURCES],
  ])('seeds the %s that npm start seeds', async (name, seeded) => {
    const path = join(repositoryRoot, `deploy/docker/demo-${name}.json`);
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(seeded);
  });
});

describe('make-secrets.sh', () => {
  let folder: string;
  const make = () => {
    execFileSync(join(repositoryRoot, 'deploy/docker/make-secrets.sh'), [folder]);
  };
  const contents = async () =>
    Object.fromEntries(
      await Promise.all(
        (await readdir(folder)).map(
          async (name) => [name, await readFile(join(folder, name), 'utf8')] as const,
        ),
      ),
    );

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gatehouse-secrets-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('makes exactly what is mounted, in a folder that only its owner enters', async () => {
    make();
    const mounted = Object.entries(file.secrets).filter(([, { file: path }]) => path?.includes('/secrets/'));
    for (const [name, { file: path }] of mounted) expect(basename(path!)).toBe(name);
    expect((await readdir(folder)).sort()).toEqual(mounted.map(([name]) => name).sort());
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    for (const name of await readdir(folder))
      expect((await stat(join(folder, name))).mode & 0o777).toBe(0o444);
  });

  it('keeps what is there, and makes again what is missing', async () => {
    make();
    const before = await contents();
    await rm(join(folder, 'users-client-secret'));
    make();
    const { 'users-client-secret': again, ...kept } = await contents();
    const { 'users-client-secret': first, ...rest } = before;
    expect(kept).toEqual(rest);
    expect(again).not.toBe(first);
  });

  it('makes no value twice, and 32 bytes for every key', async () => {
    make();
    const made = await contents();
    const keys = Object.entries(made).filter(([name]) => name.endsWith('-key'));
    expect(keys).toHaveLength(4);
    for (const [, value] of keys) expect(Buffer.from(value, 'base64')).toHaveLength(32);
    const passwords = Object.entries(made)
      .filter(([name]) => name.endsWith('-url') && name !== 'postgres-admin-url')
      .map(([, value]) => new URL(value).password);
    for (const password of passwords) expect(password).toMatch(/^[0-9a-f]{64}$/);
    const values = [...keys.map(([, value]) => value), ...passwords, made['users-client-secret']];
    expect(new Set(values).size).toBe(values.length);
  });

  it('is ignored by git', () => {
    const ignored = execFileSync('git', ['check-ignore', 'deploy/docker/secrets/postgres-password'], {
      cwd: repositoryRoot,
      encoding: 'utf8',
    });
    expect(ignored.trim()).toBe('deploy/docker/secrets/postgres-password');
  });
});
