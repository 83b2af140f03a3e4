import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

const HEAD_END = '\r\n\r\n';

/**
 * An HTTP server that answers GET requests with the same bytes for each path, for a plain proxy to stand in front of.
 *
 * @param bodies JSON by path, query included
 * @returns the port
 */
export async function serveStatic(bodies: ReadonlyMap<string, object>): Promise<number> {
  const answers = new Map([...bodies].map(([path, body]) => [path, answerOf(body)]));
  const server = createServer((socket) => {
    let received = '';
    socket.setNoDelay(true).setEncoding('latin1');
    socket.on('error', () => undefined);
    socket.on('data', (text: string) => {
      received += text;
      for (let end = received.indexOf(HEAD_END); end >= 0; end = received.indexOf(HEAD_END)) {
        const [, path = ''] = received.split(' ', 2);
        received = received.slice(end + HEAD_END.length);
        socket.write(answers.get(path) ?? 'HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n');
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

function answerOf(body: object): Buffer {
  const json = JSON.stringify(body);
  const head = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(json)}`;
  return Buffer.from(`${head}${HEAD_END}${json}`);
}
