import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { nextTick } from 'node:process';
import { describe, expect, it } from '@jest/globals';
import { endServer } from './end-server.js';

const NEVER_MS = 60_000;

async function listening(server: ReturnType<typeof createServer>): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

describe('endServer', () => {
  it('answers who had connected, accepted or not', async () => {
    const server = createServer((_request, response) => response.end('answered'));
    const client = connect(await listening(server), '127.0.0.1');
    client.write('GET / HTTP/1.1\r\nhost: gateway\r\nconnection: close\r\n\r\n');
    // The kernel has connected it by then, and the loop has not turned.
    await new Promise<void>((resolve) => nextTick(resolve));
    const ended = endServer(server, () => server.closeAllConnections(), NEVER_MS);
    expect(await text(client)).toMatch(/^HTTP\/1.1 200 [^]*answered$/);
    await ended;
    expect(server.listening).toBe(false);
  });

  it('cuts what is left after the bound', async () => {
    const server = createServer(() => undefined);
    const port = await listening(server);
    const asked = fetch(`http://127.0.0.1:${port}`);
    asked.catch(() => undefined); // looked at below
    await new Promise((resolve) => server.once('request', resolve));
    await endServer(server, () => server.closeAllConnections(), 1);
    await expect(asked).rejects.toThrow('fetch failed');
  });
});
