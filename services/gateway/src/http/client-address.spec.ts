import type { IncomingMessage } from 'node:http';
import { BlockList } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startSpecGateway, type SpecGateway } from '../spec/spec-gateway.js';
import { clientAddressOf } from './client-address.js';

const proxies = new BlockList();
proxies.addSubnet('10.0.0.0', 8);
proxies.addSubnet('fd00::', 8, 'ipv6');

function addressOf(remoteAddress: string | undefined, forwardedFor?: string): string {
  const headers = forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor };
  return clientAddressOf({ socket: { remoteAddress }, headers } as IncomingMessage, proxies);
}

describe('the address of a client', () => {
  it.each([
    ['no proxy is there', '192.0.2.1', undefined, '192.0.2.1'],
    ['a stranger says another one', '192.0.2.1', '198.51.100.9', '192.0.2.1'],
    ['a stranger names a proxy', '192.0.2.1', '198.51.100.9, 10.0.0.1', '192.0.2.1'],
    ['one proxy says it', '10.0.0.1', '192.0.2.1', '192.0.2.1'],
    ['the client prepended one of its own', '10.0.0.1', '198.51.100.9, 192.0.2.1', '192.0.2.1'],
    ['two proxies say it', '10.0.0.1', '198.51.100.9, 192.0.2.1, 10.0.0.2', '192.0.2.1'],
    ['a proxy over IPv6', 'fd00::1', '2001:DB8::7', '2001:db8::7'],
    ['a proxy at a socket for both versions', '::ffff:10.0.0.1', '::ffff:192.0.2.1', '192.0.2.1'],
    ['a proxy says nothing', '10.0.0.1', undefined, '10.0.0.1'],
    ['a proxy says nonsense', '10.0.0.1', '192.0.2.1, unknown', '10.0.0.1'],
    ['nonsense behind a second proxy', '10.0.0.1', '192.0.2.1, evil, 10.0.0.2', '10.0.0.2'],
    ['an entry with a port', '10.0.0.1', '192.0.2.1:4711', '10.0.0.1'],
    ['an empty last entry', '10.0.0.1', '192.0.2.1,', '10.0.0.1'],
    ['everyone is a proxy', '10.0.0.1', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
    ['the connection is gone', undefined, '192.0.2.1', ''],
  ])('%s', (_, peer, forwardedFor, expected) => expect(addressOf(peer, forwardedFor)).toBe(expected));
});

const PATH = '/v1/resources/0190b0a0-0000-7000-8000-000000000001';
const SPOOFED = '198.51.100.9';
const spoofs = [
  ['x-forwarded-for', SPOOFED],
  ['forwarded', `for=${SPOOFED}`],
  ['x-real-ip', SPOOFED],
  ['x-client-address', SPOOFED],
  ['x-client-ip', SPOOFED],
  ['true-client-ip', SPOOFED],
  ['cf-connecting-ip', SPOOFED],
] as const;

describe.each([
  ['trusts nobody', '', spoofs, '127.0.0.1'],
  ['trusts its peer', '127.0.0.1/32', spoofs.slice(1), '127.0.0.1'],
])('a gateway that %s', (_, trusted, headers, expected) => {
  let gateway: SpecGateway;
  beforeAll(async () => {
    gateway = await startSpecGateway({ GATEHOUSE_TRUSTED_PROXIES: trusted });
  });
  afterAll(() => gateway.stop());

  it.each(headers)('believes no %s', async (name, value) => {
    const answer = await gateway.send(PATH, {
      accessToken: gateway.accessToken(),
      headers: { [name]: value },
    });
    expect(answer.status).toBe(200);
    expect(gateway.backend.last.metadata.get('x-client-address')).toEqual([expected]);
    expect(JSON.stringify(gateway.backend.last.metadata.getMap())).not.toContain(SPOOFED);
    expect(await gateway.lineOf(answer)).toMatchObject({ peer: '127.0.0.1', client_address: expected });
  });
});

describe('a gateway behind a proxy', () => {
  it('tells the address on and logs it', async () => {
    const gateway = await startSpecGateway({ GATEHOUSE_TRUSTED_PROXIES: '127.0.0.0/8' });
    const headers = { 'x-forwarded-for': [SPOOFED, '192.0.2.1'] };
    const answer = await gateway.send(PATH, { accessToken: gateway.accessToken(), headers });
    expect(gateway.backend.last.metadata.get('x-client-address')).toEqual(['192.0.2.1']);
    expect(await gateway.lineOf(answer)).toMatchObject({ peer: '127.0.0.1', client_address: '192.0.2.1' });
    await gateway.stop();
  });

  it('lets no setting forward what says who calls', async () => {
    for (const name of ['x-client-address', 'x-real-ip', 'x-forwarded-for', 'forwarded']) {
      await expect(startSpecGateway({ GATEHOUSE_FORWARD_HEADERS: name })).rejects.toThrow(/FORWARD_HEADERS/);
    }
  });
});
