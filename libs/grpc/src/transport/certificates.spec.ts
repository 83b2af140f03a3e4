import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:tls';
import { contract } from '@gatehouse/contracts';
import { ProvisioningServiceClient } from '@gatehouse/contracts/users';
import { createSpecAuthority, eventually, type SpecAuthority } from '@gatehouse/testing';
import { callUnary, certificateName, openClient, type RunningService, type Transport } from '../index.js';
import { callDirectory, startDirectory } from './spec/directory.js';
import { SpecCertificates } from './spec/spec-certificates.js';

const ID = '7f5a3ad4-52ab-4a41-8c0c-3d8f6f1f9b10';

describe('certificates', () => {
  const users = new SpecCertificates('users');
  const gateway = new SpecCertificates('gateway');
  let authority: SpecAuthority;
  let serving: Transport;
  let calling: Transport;
  let service: RunningService;

  beforeEach(async () => {
    authority = await createSpecAuthority();
    await users.issue(authority);
    await gateway.issue(authority);
    serving = users.transport();
    calling = gateway.transport();
    service = await startDirectory(serving, users.log);
    users.lines.splice(0);
    gateway.lines.splice(0);
  });
  afterEach(async () => {
    await service.stop();
    serving.close();
    calling.close();
  });
  afterAll(() => {
    users.remove();
    gateway.remove();
  });

  const call = () => callDirectory(service.port, calling.channelTo('users'));
  const loads = ({ lines }: SpecCertificates) =>
    lines.filter(({ msg }) => msg === 'certificate in use').length;
  const warnings = ({ lines }: SpecCertificates) =>
    lines.filter(({ level, cause }) => level === 'warn' && cause !== undefined);

  it('are replaced, their authority included, while calls go on', async () => {
    const next = await createSpecAuthority();
    const lasting = openClient(
      ProvisioningServiceClient,
      `127.0.0.1:${service.port}`,
      contract,
      calling.channelTo('users'),
    );
    const outcomes: string[] = [];
    let over = false;
    const keep = async (once: () => Promise<unknown>) => {
      while (!over) outcomes.push(await once().then(() => 'OK', String));
    };
    const callers = [
      keep(call),
      keep(() => callUnary(lasting.eraseUser.bind(lasting), { id: ID }, { timeoutMs: 10_000 })),
    ];
    const step = async (change: () => Promise<void>) => {
      const before = [loads(users), loads(gateway)] as const;
      await change();
      await eventually(() => {
        expect(loads(users)).toBeGreaterThan(before[0]);
        expect(loads(gateway)).toBeGreaterThan(before[1]);
      });
      const calls = outcomes.length;
      await eventually(() => expect(outcomes.length).toBeGreaterThan(calls + 10));
    };
    const both = `${authority.certificate}\n${next.certificate}\n`;
    await step(async () => {
      for (const { files } of [users, gateway]) replace(files.ca, both);
    });
    await step(async () => {
      for (const { files, service: name } of [users, gateway]) {
        const { certificate, key } = await next.issue({ names: [certificateName(name)] });
        replace(files.key, key);
        replace(files.certificate, certificate);
      }
    });
    await step(async () => {
      for (const { files } of [users, gateway]) replace(files.ca, next.certificate);
    });
    over = true;
    await Promise.all(callers);
    lasting.close();
    expect(outcomes.filter((outcome) => outcome !== 'OK')).toEqual([]);

    // What was true of the first certificate is true of the last.
    await expect(connectByTls12(service.port)).rejects.toMatchObject({
      code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
    });
    // Whoever still shows a certificate of the old authority is a stranger now.
    const old = await new SpecCertificates('gateway').issue(authority);
    const stranger = old.transport();
    await expect(callDirectory(service.port, stranger.channelTo('users'))).rejects.toBeDefined();
    stranger.close();
    old.remove();
  });

  it.each<[string, (fresh: SpecAuthority) => Promise<void>]>([
    [
      'a certificate without its key',
      async (fresh) => replace(users.files.certificate, (await newPair(fresh)).certificate),
    ],
    ['a key without its certificate', async (fresh) => replace(users.files.key, (await newPair(fresh)).key)],
    [
      'half a certificate',
      async () => writeFileSync(users.files.certificate, '-----BEGIN CERTIFICATE-----\nMIIB'),
    ],
    ['no authority', async () => writeFileSync(users.files.ca, '')],
    ['no file', async () => rmSync(users.files.key)],
    [
      'the certificate of another service',
      async (fresh) => {
        const { certificate, key } = await fresh.issue({ names: [certificateName('resources')] });
        replace(users.files.key, key);
        replace(users.files.certificate, certificate);
      },
    ],
  ])('stay when there is %s, which is told once, until the files fit', async (_, spoil) => {
    await spoil(authority);
    await eventually(() => expect(warnings(users).length).toBeGreaterThan(0));
    await call();
    await users.issue(authority);
    await eventually(() => expect(loads(users)).toBe(1));
    await call();
    expect(new Set(warnings(users).map(({ cause }) => cause)).size).toBe(warnings(users).length);
  });
});

describe('a certificate that nobody renews', () => {
  it('is told of once, in the last tenth of its life', async () => {
    const users = new SpecCertificates('users');
    const authority = await createSpecAuthority();
    const [notBefore, notAfter] = [-91, 9].map((minutes) => new Date(Date.now() + minutes * 60_000));
    const names = [certificateName('users')];
    users.write(await authority.issue({ names, notBefore, notAfter }), authority.certificate);
    const certificates = users.open();
    const told = () => users.lines.filter(({ level }) => level === 'warn').length;
    await eventually(() => expect(told()).toBe(1));
    await users.issue(authority);
    await eventually(() => expect(users.lines.filter(({ level }) => level === 'info')).toHaveLength(2));
    certificates.close();
    users.remove();
    expect(told()).toBe(1);
  });
});

const newPair = (authority: SpecAuthority) => authority.issue({ names: [certificateName('users')] });

/** Whole or not at all, as whoever renews certificates does. */
function replace(path: string, content: string): void {
  writeFileSync(`${path}.new`, content);
  renameSync(`${path}.new`, path);
}

function connectByTls12(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, maxVersion: 'TLSv1.2', rejectUnauthorized: false } as const;
    connect(options, resolve).on('error', reject);
  });
}
