import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { credentials, status, type ChannelCredentials } from '@grpc/grpc-js';
import {
  createSpecAuthority,
  eventually,
  type SpecAuthority,
  type SpecCertificate,
} from '@gatehouse/testing';
import {
  callersOf,
  certificateName,
  EDGE,
  serverKinds,
  serviceNames,
  type RunningService,
  type Transport,
} from '../index.js';
import { callDirectory, startDirectory } from './spec/directory.js';
import { SpecCertificates } from './spec/spec-certificates.js';

const GATEWAY = certificateName('gateway');
const DAY_MS = 86_400_000;

describe.each(serverKinds)('a service of %s with mutual TLS', (server) => {
  const certificates = new SpecCertificates('users');
  let authority: SpecAuthority;
  let transport: Transport;
  let service: RunningService;

  beforeAll(async () => {
    authority = await createSpecAuthority();
    await certificates.issue(authority);
    transport = certificates.transport();
    service = await startDirectory(transport, certificates.log, server);
  });
  beforeEach(() => certificates.lines.splice(0));
  afterAll(async () => {
    await service.stop();
    transport.close();
    certificates.remove();
  });

  const call = (channel: ChannelCredentials) => callDirectory(service.port, channel);
  /** A caller that does not look whom it has reached. */
  const withCertificate = (own?: SpecCertificate) =>
    credentials.createSsl(
      Buffer.from(authority.certificate),
      own ? Buffer.from(own.key) : null,
      own ? Buffer.from(own.certificate) : null,
      { checkServerIdentity: () => undefined },
    );
  const raw = (options: ConnectionOptions) =>
    new Promise<TLSSocket>((resolve, reject) => {
      const socket = connectTls(
        {
          host: '127.0.0.1',
          port: service.port,
          ca: authority.certificate,
          ALPNProtocols: ['h2'],
          checkServerIdentity: () => undefined,
          ...options,
        },
        () => resolve(socket),
      ).on('error', reject);
    });
  const callLines = () => certificates.lines.filter(({ msg }) => msg === 'call');

  it.each(['gateway', 'auth'])('serves %s, and says so in the log', async (caller) => {
    const own = await authority.issue({ names: [certificateName(caller as 'gateway')] });
    await call(withCertificate(own));
    expect(callLines()).toEqual([expect.objectContaining({ peer_service: caller })]);
  });

  const issued: [string, string, () => Promise<SpecCertificate | undefined>][] = [
    ['no certificate', 'ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE', async () => undefined],
    [
      'one of another authority',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      async () => (await createSpecAuthority()).issue({ names: [GATEWAY] }),
    ],
    [
      'one that has expired',
      'CERT_HAS_EXPIRED',
      () =>
        authority.issue({
          names: [GATEWAY],
          notBefore: new Date(Date.now() - 2 * DAY_MS),
          notAfter: new Date(Date.now() - DAY_MS),
        }),
    ],
    [
      'one that is not good yet',
      'CERT_NOT_YET_VALID',
      () =>
        authority.issue({
          names: [GATEWAY],
          notBefore: new Date(Date.now() + DAY_MS),
          notAfter: new Date(Date.now() + 2 * DAY_MS),
        }),
    ],
    [
      'one of a service that has no business here',
      'CALLER_NOT_ADMITTED',
      () => authority.issue({ names: [certificateName('resources')] }),
    ],
    [
      'that of the edge, where it is not asked for',
      'CALLER_NOT_ADMITTED',
      () => authority.issue({ names: [certificateName(EDGE)] }),
    ],
    ['its own', 'CALLER_NOT_ADMITTED', () => authority.issue({ names: [certificateName('users')] })],
    [
      'one of somebody else',
      'CALLER_NOT_ADMITTED',
      () => authority.issue({ names: ['gateway.gatehouse.internal.example.com', `not-${GATEWAY}`] }),
    ],
    ['one for every name', 'CALLER_NOT_ADMITTED', () => authority.issue({ names: ['*.gatehouse.internal'] })],
    [
      'a name in its subject alone',
      'CALLER_NOT_ADMITTED',
      () => authority.issue({ names: ['example.com'], commonName: GATEWAY }),
    ],
  ];
  it.each(issued)('refuses a caller with %s', async (_, cause, issue) => {
    const channel = withCertificate(await issue());
    await expect(call(channel)).rejects.toMatchObject({ code: status.UNAVAILABLE });
    await eventually(() =>
      expect(certificates.lines).toContainEqual(
        expect.objectContaining({ msg: 'a connection was refused', cause }),
      ),
    );
    expect(callLines()).toEqual([]);
  });

  it('serves the edge where it is asked for', async () => {
    const open = certificates.transport(true);
    const other = await startDirectory(open, certificates.log);
    const own = await authority.issue({ names: [certificateName(EDGE)] });
    await callDirectory(other.port, withCertificate(own));
    expect(callLines()).toEqual([expect.objectContaining({ peer_service: EDGE })]);
    await other.stop();
    open.close();
  });

  it('refuses plain text', async () => {
    await expect(call(credentials.createInsecure())).rejects.toMatchObject({ code: status.UNAVAILABLE });
    await eventually(() =>
      expect(certificates.lines).toContainEqual(
        expect.objectContaining({
          msg: 'a connection was refused',
          cause: expect.stringMatching(/^ERR_SSL_/),
        }),
      ),
    );
    expect(callLines()).toEqual([]);
  });

  it('speaks TLS 1.3 and nothing older', async () => {
    const { certificate: cert, key } = await authority.issue({ names: [GATEWAY] });
    const socket = await raw({ cert, key });
    expect(socket.getProtocol()).toBe('TLSv1.3');
    socket.destroy();
    await expect(raw({ cert, key, maxVersion: 'TLSv1.2' })).rejects.toMatchObject({
      code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
    });
  });

  it('waits five seconds for a caller that says nothing', async () => {
    const socket = connect(service.port, '127.0.0.1');
    const start = performance.now();
    await new Promise((resolve) => socket.once('close', resolve).resume());
    expect(performance.now() - start).toBeGreaterThan(4_500);
  });

  it('has every connection prove itself anew', async () => {
    const { certificate: cert, key } = await authority.issue({ names: [GATEWAY] });
    const first = await raw({ cert, key });
    await new Promise((resolve) => first.once('data', resolve));
    const session = first.getSession();
    first.destroy();
    const second = await raw({ cert, key, session });
    expect(session?.length).toBeGreaterThan(0);
    expect(second.isSessionReused()).toBe(false);
    second.destroy();
  });

  it('does not start with the certificate of another service', async () => {
    const others = new SpecCertificates('auth');
    others.write(
      { certificate: readText(certificates.files.certificate), key: readText(certificates.files.key) },
      authority.certificate,
    );
    expect(() => others.open()).toThrow('not that of auth');
    others.remove();
  });
});

describe('callersOf', () => {
  it('has the edge call those that others call, and those alone, where it is asked for', () => {
    expect(serviceNames.filter((service) => callersOf(service).includes(EDGE))).toEqual([]);
    const open = serviceNames.filter((service) => callersOf(service, true).includes(EDGE));
    expect(open).toEqual(['auth', 'users', 'resources']);
  });
});

function readText(path: string): string {
  return readFileSync(path, 'utf8');
}
