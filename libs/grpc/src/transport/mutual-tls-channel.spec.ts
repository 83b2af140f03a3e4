import { createSecureServer } from 'node:http2';
import { createServer, type AddressInfo, type Server } from 'node:net';
import type { TlsOptions } from 'node:tls';
import { status } from '@grpc/grpc-js';
import { createSpecAuthority, type SpecAuthority } from '@gatehouse/testing';
import { certificateName, type Transport } from '../index.js';
import { callDirectory, startDirectory } from './spec/directory.js';
import { SpecCertificates } from './spec/spec-certificates.js';

const USERS = certificateName('users');
const DAY_MS = 86_400_000;

describe('a channel with mutual TLS', () => {
  const own = new SpecCertificates('gateway');
  let authority: SpecAuthority;
  let transport: Transport;

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
    await callDirectory(service.port, transport.channelTo('users'));
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
    await expect(callDirectory(server.port, transport.channelTo('users'))).rejects.toMatchObject({
      code: status.UNAVAILABLE,
    });
    expect(server.calls()).toBe(0);
    server.close();
  });

  it('counts what reaches an impostor that is none', async () => {
    const server = await impostor(await withNames([USERS])());
    await expect(callDirectory(server.port, transport.channelTo('users'))).rejects.toBeDefined();
    expect(server.calls()).toBeGreaterThan(0);
    server.close();
  });

  it('waits five seconds for a server that says nothing', async () => {
    const server = createServer((socket) => socket.on('error', () => {}).resume());
    const port = await listening(server);
    // Before the call's own deadline, which is twice as far off.
    await expect(callDirectory(port, transport.channelTo('users'))).rejects.toMatchObject({
      code: status.UNAVAILABLE,
    });
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
    await expect(callDirectory(port, transport.channelTo('users'))).rejects.toMatchObject({
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
