import { create } from '@bufbuild/protobuf';
import type { Transport } from '@connectrpc/connect';
import { status } from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { AppError } from '@gatehouse/errors';
import { eventually } from '@gatehouse/testing';
import { feedMethod, told, transports, type Streaming, type Unary } from '../spec/certified-clients.js';
import { startFeedGateway, type FeedGateway } from '../spec/feed-gateway.js';

let gateway: FeedGateway;
let header: Record<string, string>;

beforeAll(async () => {
  gateway = await startFeedGateway();
  header = { authorization: `Bearer ${gateway.accessToken()}` };
});
afterAll(() => gateway.stop());
afterEach(() => {
  gateway.feed.behaviour = {};
});

const methodOf = (name: string) => feedMethod(gateway, name);

function failure(): AppError {
  const details = { reason: 'TOPIC_UNKNOWN', domain: 'feed.spec', metadata: { topic: 'a' } };
  return new AppError({ code: status.NOT_FOUND, message: 'für 100 %', ...details });
}

const NOT_FOUND = {
  code: status.NOT_FOUND,
  rawMessage: 'für 100 %',
  reason: 'TOPIC_UNKNOWN',
  metadata: { topic: 'a' },
};

describe.each(transports)('a client of connectrpc over %s', (_name, open) => {
  let transport: Transport;
  beforeAll(() => {
    transport = open(gateway.url);
  });

  const echo = (headers = header, timeoutMs?: number) =>
    transport.unary(methodOf('Echo') as Unary, undefined, timeoutMs, headers, { topic: 'a', text: 'größer' });

  /** The numbers that a stream brings, as they come. */
  async function* watch(signal?: AbortSignal): AsyncGenerator<unknown> {
    const method = methodOf('Watch') as Streaming;
    const request = create(method.input);
    const requests = async function* () {
      yield request;
    };
    const { message } = await transport.stream(method, signal, undefined, header, requests());
    for await (const reply of message) yield (reply as unknown as { number: number }).number;
  }

  it('gets a reply', async () => {
    gateway.feed.behaviour.Echo = ({ request }) => ({
      text: request['text'] as string,
      bytes: '9007199254740993',
    });
    const { message } = await echo();
    expect(message).toMatchObject({ text: 'größer', bytes: 9007199254740993n });
  });

  it('learns of a failure with its reason', async () => {
    gateway.feed.behaviour.Echo = () => Promise.reject(failure());
    expect(told(await echo().catch((error: unknown) => error))).toEqual(NOT_FOUND);
  });

  it('is UNAUTHENTICATED without a credential', async () => {
    const error: unknown = await echo({}).catch((thrown: unknown) => thrown);
    expect(told(error)).toMatchObject({ code: status.UNAUTHENTICATED, reason: 'UNAUTHENTICATED' });
  });

  it('says how long it waits', async () => {
    let left = NaN;
    gateway.feed.behaviour.Echo = (call) => {
      left = Number(call.getDeadline()) - Date.now();
      return {};
    };
    await echo(header, 20_000);
    expect(left).toBeGreaterThan(10_000);
    expect(left).toBeLessThanOrEqual(20_000);
  });

  it('reads a stream, and its failure behind it', async () => {
    gateway.feed.behaviour.Watch = async (call) => {
      for (let number = 1; number <= 3; number++) call.write({ number, text: 'x'.repeat(number * 20_000) });
      await Promise.resolve();
      throw failure();
    };
    const numbers: unknown[] = [];
    const read = async () => {
      for await (const number of watch()) numbers.push(number);
    };
    expect(told(await read().catch((error: unknown) => error))).toEqual(NOT_FOUND);
    expect(numbers).toEqual([1, 2, 3]);
  });

  it('ends a stream at the service when it goes', async () => {
    let isCancelled = false;
    gateway.feed.behaviour.Watch = (call) => {
      call.write({ number: 1 });
      return new Promise<void>((resolve) =>
        call.once('cancelled', () => {
          isCancelled = true;
          resolve();
        }),
      );
    };
    const going = new AbortController();
    const read = async () => {
      for await (const _ of watch(going.signal)) going.abort();
    };
    await read().catch(() => undefined);
    await eventually(() => expect(isCancelled).toBe(true));
  });
});
