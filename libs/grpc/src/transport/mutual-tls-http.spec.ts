import { once } from 'node:events';
import { request, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { createSpecAuthority, eventually, type SpecAuthority } from '@gatehouse/testing';
import { certificateName, plainTransport, type ServiceName, type Transport } from '../index.js';
import { SpecCertificates } from './spec/spec-certificates.js';

describe('HTTP between services', () => {
  const auth = new SpecCertificates('auth');
  let authority: SpecAuthority;
  let serving: Transport;
  let server: Server;
  let port: number;
  const callers: SpecCertificates[] = [];

  beforeAll(async () => {
    authority = await createSpecAuthority();
    await auth.issue(authority);
    serving = auth.transport();
    ({ server, port } = await listen(serving));
  });
  beforeEach(() => auth.lines.splice(0));
  afterAll(() => {
    end(server);
    serving.close();
    for (const one of [auth, ...callers]) one.remove();
  });

  const callerOf = async (service: ServiceName, of = authority): Promise<Transport> => {
    const own = await new SpecCertificates(service).issue(of);
    callers.push(own);
    return own.transport();
  };
  const refusals = () => auth.lines.filter(({ msg }) => msg === 'a connection was refused');

  it('is heard of the gateway', async () => {
    const gateway = await callerOf('gateway');
    await expect(get(gateway, port)).resolves.toBe('GET /x');
    gateway.close();
  });

  it.each(['users', 'resources'] as const)('is not heard of %s, which calls by gRPC', async (service) => {
    const caller = await callerOf(service);
    await expect(get(caller, port)).rejects.toBeDefined();
    await eventually(() => expect(refusals()).toMatchObject([{ cause: 'CALLER_NOT_ADMITTED' }]));
    caller.close();
  });

  it('is not heard of a stranger, whatever name it has', async () => {
    const stranger = await callerOf('gateway', await createSpecAuthority());
    await expect(get(stranger, port)).rejects.toBeDefined();
    stranger.close();
  });

  it.each<[string, () => Promise<unknown>]>([
    ['plain text', () => get(plainTransport, port)],
    ['no certificate', () => handshake({ ca: authority.certificate })],
    ['TLS 1.2', () => handshake({ ca: authority.certificate, maxVersion: 'TLSv1.2' })],
  ])('is not heard of %s', async (_, attempt) => {
    await expect(attempt()).rejects.toBeDefined();
  });

  it('is said to auth and to nobody who stands in for it', async () => {
    const gateway = await callerOf('gateway');
    const users = new SpecCertificates('users');
    users.write(await authority.issue({ names: [certificateName('users')] }), authority.certificate);
    const impostor = users.transport();
    const standing = await listen(impostor);
    await expect(get(gateway, standing.port)).rejects.toBeDefined();
    end(standing.server);
    for (const one of [gateway, impostor]) one.close();
    users.remove();
  });

  const handshake = (options: object) =>
    new Promise((resolve, reject) => {
      const socket = connectTls({
        host: '127.0.0.1',
        port,
        checkServerIdentity: () => undefined,
        ...options,
      });
      // TLS 1.3 tells of a missing certificate after the handshake.
      socket.on('data', resolve).on('error', reject).on('close', reject);
    });
});

async function listen(transport: Transport): Promise<{ server: Server; port: number }> {
  const server = transport.httpServer({});
  server.on('request', ({ method, url }, response) => response.end(`${method} ${url}`));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port };
}

function end(server: Server): void {
  server.close();
  server.closeAllConnections();
}

async function get(transport: Transport, port: number): Promise<string> {
  const raw = connect(port, '127.0.0.1');
  await once(raw, 'connect');
  const socket: Socket = await transport.httpSocketTo('auth', raw);
  return new Promise((resolve, reject) => {
    const sent = request({ path: '/x', createConnection: () => socket }, (response) => {
      response.setEncoding('utf8').once('data', resolve);
      response.once('end', () => socket.destroy());
    });
    sent.once('error', reject);
    sent.end();
  });
}
