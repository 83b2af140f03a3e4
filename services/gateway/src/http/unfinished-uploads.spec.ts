import { connect, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@gatehouse/testing';
import { startFeedGateway, type FeedGateway } from '../spec/feed-gateway.js';

const LARGE = 1000 * 1024;
const CALLERS = 32;
/** As many as there is room for in 8 MiB, with a part of each that is not counted. */
const ROOM = 9;

let gateway: FeedGateway;
const sockets: Socket[] = [];
beforeAll(async () => {
  gateway = await startFeedGateway();
  gateway.feed.behaviour.Collect = async (call) => {
    let count = 0;
    for await (const _message of call) count++;
    return { count };
  };
});
afterEach(() => sockets.splice(0).forEach((socket) => socket.destroy()));
afterAll(() => gateway.stop());

/** Begins an upload whose first message does not end. */
function begin(path: string, type: string, message: Buffer): void {
  const socket = connect(gateway.port, '127.0.0.1').resume();
  socket.on('error', () => undefined);
  sockets.push(socket);
  const authorization = `Bearer ${gateway.accessToken()}`;
  const length = message.length + 10;
  socket.write(
    `POST ${path} HTTP/1.1\r\nhost: h\r\nauthorization: ${authorization}\r\ncontent-type: ${type}\r\ncontent-length: ${length}\r\n\r\n`,
  );
  socket.write(message);
}

const json = Buffer.from(`{"text":"${'x'.repeat(LARGE)}`);
const frame = Buffer.alloc(5 + LARGE, 'x');
frame.writeUInt8(0);
frame.writeUInt32BE(LARGE + 10, 1);
const METHOD = '/gatehouse.resources.v1.FeedService/Collect';

describe('messages of uploads that do not end', () => {
  it.each([
    ['REST', '/v1/feeds/news:collect', 'application/x-ndjson', json],
    ['Connect', METHOD, 'application/connect+proto', frame],
    ['gRPC-Web', METHOD, 'application/grpc-web', frame],
  ])('have the memory that all bodies have, by %s', async (_protocol, path, type, message) => {
    const before = gateway.logLines.length;
    for (let count = 0; count < CALLERS; count++) begin(path, type, message);
    const refused = () => gateway.logLines.slice(before).filter(({ reason }) => reason === 'OVERLOADED');
    await eventually(() => expect(refused().length).toBeGreaterThanOrEqual(CALLERS - ROOM), 10_000);
    sockets.splice(0).forEach((socket) => socket.destroy());
    await eventually(async () => {
      const answer = await gateway.send('/v1/feeds/news:collect', {
        method: 'POST',
        accessToken: gateway.accessToken(),
        headers: { 'content-type': 'application/x-ndjson' },
        body: `${json.toString()}"}\n{"text":"${'x'.repeat(LARGE)}"}\n`.repeat(12),
      });
      expect(answer).toMatchObject({ status: 200, json: { count: 24 } });
    });
  });
});
