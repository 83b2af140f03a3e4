import { execFileSync, spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { certificateName, serviceNames } from '@gatehouse/grpc/client';
import { repositoryRoot } from '../repository-root.js';

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
const FILES = ['ca.pem', 'certificate.pem', 'key.pem'];

(hasOpenssl ? describe : describe.skip)('make-certificates.sh', () => {
  let folder: string;
  const make = () => {
    execFileSync(join(repositoryRoot, 'deploy/docker/make-certificates.sh'), [folder]);
  };
  const read = (...path: string[]) => readFile(join(folder, ...path));
  const certificateOf = async (service: string) =>
    new X509Certificate(await read(service, 'certificate.pem'));
  const modeOf = async (...path: string[]) => (await stat(join(folder, ...path))).mode & 0o777;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gatehouse-certificates-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('makes each service a certificate by one authority, in its own name', async () => {
    make();
    expect((await readdir(folder)).sort()).toEqual([...serviceNames, 'authority'].sort());
    const authority = new X509Certificate(await read('authority', 'certificate.pem'));
    for (const service of serviceNames) {
      expect((await readdir(join(folder, service))).sort()).toEqual(FILES);
      const own = await certificateOf(service);
      expect(own.subjectAltName).toBe(`DNS:${certificateName(service)}`);
      expect([own.ca, own.verify(authority.publicKey)]).toEqual([false, true]);
      const [ca, cert, key] = await Promise.all(FILES.map((name) => read(service, name)));
      // Throws when the key is another one's.
      createSecureContext({ ca, cert, key });
    }
    const purposes = await Promise.all(
      serviceNames.map(async (name) => (await certificateOf(name)).keyUsage),
    );
    expect(purposes.map((usages) => usages?.length)).toEqual([2, 2, 2, 1]);
  });

  it('keeps others out, and the key of the authority from every container', async () => {
    make();
    expect([await modeOf(), await modeOf('authority'), await modeOf('authority', 'key.pem')]).toEqual([
      0o700, 0o700, 0o400,
    ]);
    for (const service of serviceNames) {
      expect(await modeOf(service)).toBe(0o755);
      for (const name of FILES) expect(await modeOf(service, name)).toBe(0o444);
      expect(await read(service, 'key.pem')).not.toEqual(await read('authority', 'key.pem'));
    }
  });

  it('keeps what is good, and renews what is not', async () => {
    make();
    const before = await certificateOf('auth');
    make();
    expect((await certificateOf('auth')).serialNumber).toBe(before.serialNumber);
    await rm(join(folder, 'auth', 'certificate.pem'));
    const users = await certificateOf('users');
    make();
    expect((await certificateOf('auth')).serialNumber).not.toBe(before.serialNumber);
    expect((await certificateOf('users')).serialNumber).toBe(users.serialNumber);
    await rm(join(folder, 'authority'), { recursive: true });
    make();
    expect((await certificateOf('users')).serialNumber).not.toBe(users.serialNumber);
  });

  it('is ignored by git', () => {
    const path = 'deploy/docker/certificates/auth/key.pem';
    const ignored = execFileSync('git', ['check-ignore', path], { cwd: repositoryRoot, encoding: 'utf8' });
    expect(ignored.trim()).toBe(path);
  });
});
