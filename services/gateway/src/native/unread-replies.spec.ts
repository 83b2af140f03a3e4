import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@gatehouse/testing';
import { FEED_SERVICE } from '../spec/feed-contract.js';
import { startFeedGateway, type FeedGateway } from '../spec/feed-gateway.js';
import { framed, RawGrpc, replyTo } from '../spec/raw-grpc.js';

const TEXT = 'x'.repeat(3 * 1024 * 1024);
const CALLERS = 16;
/** As many as there is room for, of 3 MiB each. */
const ROOM = 10;

let gateway: FeedGateway;
beforeAll(async () => {
  gateway = await startFeedGateway();
  gateway.feed.behaviour = {
    Echo: () => ({ text: TEXT }),
    Watch: (call) => void call.write({ text: TEXT }),
  };
});
afterAll(() => gateway.stop());

describe('replies of gRPC that nobody reads', () => {
  it.each(['Echo', 'Watch'])('give way to those that somebody reads: %s', async (method) => {
    // However busy the machine is.
    const headers = { authorization: `Bearer ${gateway.accessToken()}`, 'grpc-timeout': '30S' };
    const path = `/${FEED_SERVICE}/${method}`;
    const before = gateway.logLines.length;
    const lines = (code: string) =>
      gateway.logLines.slice(before).filter(({ grpc_code: sent }) => sent === code);
    const client = new RawGrpc(gateway.port);
    for (let count = 0; count < CALLERS; count++) {
      const stream = client.open(path, headers).pause();
      stream.end(framed(Buffer.alloc(0)));
    }
    await eventually(
      () => expect(lines('UNAVAILABLE').length).toBeGreaterThanOrEqual(CALLERS - ROOM),
      10_000,
    );
    const reader = new RawGrpc(gateway.port);
    for (let count = 0; count < 3; count++) {
      const stream = reader.open(path, headers);
      stream.end(framed(Buffer.alloc(0)));
      expect(await replyTo(stream)).toMatchObject({ code: status.OK });
    }
    reader.close();
    client.close();
  });
});
