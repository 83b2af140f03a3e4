import { BlockList } from 'node:net';
import { credentials, Metadata } from '@grpc/grpc-js';
import { KeySetServiceClient, KeySetServiceService } from '@gatehouse/contracts/auth';
import { createLogger } from '@gatehouse/telemetry';
import { Injectable, Module } from '@nestjs/common';
import { clientAddressOf, readAddress } from './client-address.js';
import {
  EDGE,
  plainTransport,
  RpcController,
  startService,
  type Call,
  type CallerName,
  type RpcHandlers,
} from './index.js';

const proxies = new BlockList();
proxies.addSubnet('10.0.0.0', 8);
proxies.addSubnet('fd00::', 8, 'ipv6');

describe('an address', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['2001:DB8:0:0::1', '2001:db8::1'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['::ffff:c000:207', '192.0.2.7'],
  ])('%s has one form', (text, address) => expect(readAddress(text)).toBe(address));

  it.each([
    '',
    'unknown',
    '192.0.2.7:80',
    '[2001:db8::1]',
    '192.0.2.7, 10.0.0.1',
    ' 192.0.2.7',
    '192.0.2.07',
    'fe80::1%eth0',
    '192.0.2.0/24',
    'localhost',
  ])('%j is none', (text) => expect(readAddress(text)).toBeUndefined());
});

describe('the address of a client', () => {
  it.each([
    ['the peer is the client', '192.0.2.1:4000', [], '192.0.2.1'],
    ['an IPv6 peer', '2001:db8::1:4000', [], '2001:db8::1'],
    ['an IPv6 peer in brackets', '[2001:db8::1]:4000', [], '2001:db8::1'],
    ['a link-local peer', 'fe80::1%eth0:4000', [], 'fe80::1'],
    ['an IPv4 peer at a socket for both', '::ffff:192.0.2.1:4000', [], '192.0.2.1'],
    ['a peer without an address', 'unknown', ['192.0.2.9'], ''],
    ['a trusted proxy says it', '10.1.2.3:4000', ['192.0.2.9'], '192.0.2.9'],
    ['a trusted proxy over IPv6', 'fd00::1:4000', ['2001:DB8::9'], '2001:db8::9'],
    ['a trusted proxy at a socket for both', '::ffff:10.1.2.3:4000', ['192.0.2.9'], '192.0.2.9'],
    ['a stranger says it', '192.0.2.1:4000', ['192.0.2.9'], '192.0.2.1'],
    ['a trusted proxy says nonsense', '10.1.2.3:4000', ['nobody'], '10.1.2.3'],
    ['a trusted proxy says two in one', '10.1.2.3:4000', ['192.0.2.8, 192.0.2.9'], '10.1.2.3'],
    ['a trusted proxy says two', '10.1.2.3:4000', ['192.0.2.8', '192.0.2.9'], '10.1.2.3'],
  ])('%s', (_, peer, said, expected) => expect(clientAddressOf(peer, said, proxies)).toBe(expected));
});

const seen: { address: string; userAgent: string }[] = [];

@RpcController(KeySetServiceService)
@Injectable()
class Witness implements RpcHandlers<typeof KeySetServiceService> {
  async getKeySet(_: object, { clientAddress, userAgent }: Call) {
    seen.push({ address: clientAddress, userAgent });
    return { keys: [] };
  }
}

@Module({ controllers: [Witness] })
class SpecModule {}

/** What a service sees of a caller that says it is somebody else. */
async function seenBy(trustedProxies?: BlockList, caller?: CallerName) {
  const service = await startService({
    module: SpecModule,
    definitions: [KeySetServiceService],
    guard: () => ({ canActivate: () => true }),
    host: '127.0.0.1',
    port: 0,
    healthPort: 0,
    reflection: false,
    drainTimeoutMs: 400,
    trustedProxies,
    transport: { ...plainTransport, serviceAt: () => caller },
    log: createLogger({ service: 'auth', level: 'silent' }),
  });
  const client = new KeySetServiceClient(`127.0.0.1:${service.port}`, credentials.createInsecure());
  const metadata = new Metadata();
  metadata.set('x-client-address', '192.0.2.9');
  metadata.set('client-user-agent', 'x'.repeat(600));
  await new Promise<void>((resolve, reject) =>
    client.getKeySet({}, metadata, (error) => (error ? reject(error) : resolve())),
  );
  client.close();
  await service.stop();
  return seen.pop();
}

describe('a call', () => {
  it('comes from its peer where no proxy is trusted', async () => {
    expect(await seenBy()).toEqual({ address: '127.0.0.1', userAgent: 'x'.repeat(512) });
  });

  const loopback = new BlockList();
  loopback.addSubnet('127.0.0.1', 32);

  it('comes from whom a trusted peer says', async () => {
    expect(await seenBy(loopback)).toMatchObject({ address: '192.0.2.9' });
    expect(await seenBy(loopback, 'gateway')).toMatchObject({ address: '192.0.2.9' });
  });

  it('comes from the edge itself, which hands on what anybody says', async () => {
    expect(await seenBy(loopback, EDGE)).toMatchObject({ address: '127.0.0.1' });
  });
});
