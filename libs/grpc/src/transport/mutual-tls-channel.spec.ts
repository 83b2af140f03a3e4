import { createSecureServer } from 'node:http2';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { status } from '@grpc/grpc-js';
import { createSpecAuthority, type SpecAuthority } from '@gatehouse/testing';
import { certificateName, type Transport } from '../index.js';
import { callDirectory, dialDirectory, startDirectory } from './spec/directory.js';
import { SpecCertificates } from './spec/spec-certificates.js';

const USERS = certificateName('users');
const DAY_MS = 86_400_000;

/** Who calls, by what. */
const CALLERS: readonly [string, (port: number, transport: Transport) => Promise<void>][] = [
  ['a channel of grpc-js', (port, transport) => callDirectory(port, transport.channelTo('users'))],
  ['a channel of our own', (port, transport) => dialDirectory(port, transport.dialerTo('users'))],
];

describe.each(CALLERS)('%s with mutual TLS', (_caller, callBy) => {
  const own = new SpecCertificates('gateway');
  let authority: SpecAuthority;
  let transport: Transport;

  const call = (port: number) => callBy(port, transport);

  beforeAll(async () => {
    authority = await createSpecAuthority();
    await own.issue(authority);
    transport = own.transport();
  });
  afterAll(() => {
    transport.close();
    own.remove();
  });

  it('reaches the service that it names, wherever that is', async () => {
    const users = await new SpecCertificates('users').issue(authority);
    const other = users.transport();
    const service = await startDirectory(other, users.log);
    await call(service.port);
    await service.stop();
    other.close();
    users.remove();
  });

  /** Whoever answers instead of users: counts the calls that reach it. */
  const impostor = async (options: TlsOptions) => {
    let calls = 0;
    const server = createSecureServer({ ca: authority.certificate, requestCert: true, ...options });
    server.on('stream', (stream) => {
      calls += 1;
      stream.close();
    });
    server.on('sessionError', () => {});
    return { port: await listening(server), calls: () => calls, close: () => server.close() };
  };
  const withNames = (names: string[]) => async () => {
    const { certificate: cert, key } = await authority.issue({ names });
    return { cert, key };
  };

  const cases: [string, () => Promise<TlsOptions>][] = [
    ['another service', withNames([certificateName('auth')])],
    ['a certificate for every name', withNames(['*.gatehouse.internal'])],
    ['the name that was connected to', withNames(['localhost'])],
    [
      'a certificate of another authority',
      async () => {
        const { certificate: cert, key } = await (await createSpecAuthority()).issue({ names: [USERS] });
        return { cert, key };
      },
    ],
    [
      'a certificate that has expired',
      async () => {
        const notBefore = new Date(Date.now() - 2 * DAY_MS);
        const notAfter = new Date(Date.now() - DAY_MS);
        const { certificate: cert, key } = await authority.issue({ names: [USERS], notBefore, notAfter });
        return { cert, key };
      },
    ],
    [
      'the right certificate by TLS 1.2',
      async () => ({ ...(await withNames([USERS])()), maxVersion: 'TLSv1.2' as const }),
    ],
  ];
  it.each(cases)('sends nothing to %s', async (_, makeOptions) => {
    const server = await impostor(await makeOptions());
    await expect(call(server.port)).rejects.toMatchObject({
      code: status.UNAVAILABLE,
    });
    expect(server.calls()).toBe(0);
    server.close();
  });

  it('counts what reaches an impostor that is none', async () => {
    const server = await impostor(await withNames([USERS])());
    await expect(call(server.port)).rejects.toBeDefined();
    expect(server.calls()).toBeGreaterThan(0);
    server.close();
  });

  it('waits five seconds for a server that says nothing', async () => {
    const server = createServer((socket) => socket.on('error', () => {}).resume());
    const port = await listening(server);
    // Before the call's own deadline, which is twice as far off.
    await expect(call(port)).rejects.toMatchObject({
      code: status.UNAVAILABLE,
    });
    server.close();
  });

  it('sends nothing to one that does not say that it speaks HTTP/2', async () => {
    const heard: Buffer[] = [];
    const options = { ca: authority.certificate, requestCert: true, ...(await withNames([USERS])()) };
    const server = createTlsServer(options, (socket) => {
      socket.on('error', () => {}).on('data', (data) => heard.push(data));
    });
    await expect(call(await listening(server))).rejects.toMatchObject({ code: status.UNAVAILABLE });
    expect(heard).toEqual([]);
    server.close();
  });

  it('says nothing in plain text', async () => {
    const heard: Buffer[] = [];
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', (data: Buffer) => {
        heard.push(data);
        socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
      });
    });
    const port = await listening(server);
    await expect(call(port)).rejects.toMatchObject({
      code: status.UNAVAILABLE,
    });
    // A TLS record of a handshake (RFC 8446, section 5.1), and no preface of HTTP/2.
    expect(heard.map(([type]) => type)).toEqual(heard.map(() => 22));
    expect(heard.length).toBeGreaterThan(0);
    server.close();
  });
});

function listening(server: Pick<Server, 'listen' | 'address'>): Promise<number> {
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
  );
}
