import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { OutboundFault } from './outbound-fault.js';
import { outboundFetch } from './outbound-fetch.js';

const codeOf = (request: Promise<unknown>) =>
  request.then(
    () => 'OK',
    (error: unknown) => (error instanceof OutboundFault ? error.code : Promise.reject(error)),
  );

describe('in development', () => {
  let server: Server;
  let listener: RequestListener;
  let url: string;
  beforeAll(async () => {
    server = createServer((request, response) => listener(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });

  it('a request is sent as it is, and its answer read', async () => {
    listener = (request, response) => {
      let text = '';
      request.on('data', (chunk: Buffer) => (text += chunk.toString()));
      request.on('end', () => {
        const { method, headers } = request;
        const said = {
          method,
          path: request.url,
          type: headers['content-type'],
          accept: headers.accept,
          text,
        };
        response.setHeader('set-cookie', ['a=1', 'b=2']).setHeader('content-type', 'application/json');
        response.writeHead(201).end(JSON.stringify(said));
      });
    };
    const fetch = outboundFetch({ reachesPrivate: true });
    const body = new URLSearchParams({ code: 'a b' });
    const answer = await fetch(`${url}/token?x=1`, { method: 'POST', headers: { accept: 'text/x' }, body });
    expect(answer.status).toBe(201);
    expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(await answer.json()).toEqual({
      method: 'POST',
      path: '/token?x=1',
      type: 'application/x-www-form-urlencoded',
      accept: 'text/x',
      text: 'code=a+b',
    });
  });

  it('an answer without a body is one', async () => {
    listener = (_, response) => response.writeHead(204).end();
    const answer = await outboundFetch({ reachesPrivate: true })(url);
    expect(await answer.text()).toBe('');
  });

  it('no redirect is followed', async () => {
    const paths: (string | undefined)[] = [];
    listener = (request, response) => {
      paths.push(request.url);
      response.writeHead(302, { location: `${url}/elsewhere` }).end();
    };
    expect((await outboundFetch({ reachesPrivate: true })(`${url}/here`)).status).toBe(302);
    expect(paths).toEqual(['/here']);
  });

  it('an answer that is too large is read no further', async () => {
    let written = 0;
    listener = (_, response) => {
      const more = () => {
        while (!response.destroyed && written < 10_000_000) {
          written += 10_000;
          if (!response.write('x'.repeat(10_000))) return void response.once('drain', more);
        }
      };
      more();
    };
    expect(await codeOf(outboundFetch({ reachesPrivate: true, maxBytes: 1_000 })(url))).toBe(
      'ANSWER_TOO_LARGE',
    );
    expect(written).toBeLessThan(10_000_000);
  });

  it.each<[string, RequestListener]>([
    ['no answer', () => undefined],
    ['an answer that does not end', (_, response) => void response.writeHead(200).write('{')],
  ])('%s is waited for within the time, and no longer', async (_name, silent) => {
    listener = silent;
    expect(await codeOf(outboundFetch({ reachesPrivate: true, timeoutMs: 50 })(url))).toBe('TIMEOUT');
  });

  it('who gives up is not taken for a party that does not answer', async () => {
    listener = () => undefined;
    const signal = AbortSignal.timeout(50);
    expect(await codeOf(outboundFetch({ reachesPrivate: true, timeoutMs: 600_000 })(url, { signal }))).toBe(
      'ABORTED',
    );
  });

  it.each<[string, RequestListener]>([
    ['cut off', (request) => void request.socket.destroy()],
    ['cut off half-way', (_, response) => void response.writeHead(200).write('{', () => response.destroy())],
  ])('an answer that is %s is none', async (_name, cut) => {
    listener = cut;
    expect(await codeOf(outboundFetch({ reachesPrivate: true })(url))).toBe('UNREACHABLE');
  });

  it('where nobody listens there is no answer', async () => {
    expect(await codeOf(outboundFetch({ reachesPrivate: true })('http://127.0.0.1:1'))).toBe('UNREACHABLE');
  });
});

describe('elsewhere', () => {
  it('nothing is connected to that is not public, by whatever name', async () => {
    let connections = 0;
    const trap = createTcpServer((socket) => {
      connections += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => trap.listen(0, '127.0.0.1', resolve));
    const { port } = trap.address() as AddressInfo;
    const fetch = outboundFetch({ reachesPrivate: false });
    const hosts = [
      'localhost',
      '127.0.0.1',
      '127.1',
      '0x7f000001',
      '2130706433',
      '[::1]',
      '[::ffff:127.0.0.1]',
    ];
    for (const host of [...hosts, '0.0.0.0', '169.254.169.254', '10.0.0.1', '[fd00:ec2::254]']) {
      expect([host, await codeOf(fetch(`https://${host}:${port}/`))]).toEqual([host, 'ADDRESS_REFUSED']);
    }
    expect(await codeOf(fetch('http://8.8.8.8/'))).toBe('ADDRESS_REFUSED');
    expect(connections).toBe(0);
    await new Promise((resolve) => trap.close(resolve));
  });
});
