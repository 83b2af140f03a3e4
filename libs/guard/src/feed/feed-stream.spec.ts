import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually, freePort, startSpecIssuer, type SpecIssuer } from '@gatehouse/testing';
import { FeedStream } from './feed-stream.js';

let issuer: SpecIssuer;
let elapsed: number;
let pongs: number[];
let batches: number;
let ends: unknown[];
let stream: FeedStream;

beforeEach(async () => {
  issuer = await startSpecIssuer();
  elapsed = 100_000;
  pongs = [];
  batches = 0;
  ends = [];
});
afterEach(() => {
  stream.end();
  issuer.close();
});

function open(address = issuer.address): void {
  stream = new FeedStream({
    address,
    accessToken: 'of the spec',
    begin: { verifierId: randomUUID(), epoch: '', position: 0n },
    listener: {
      onBatch: () => void batches++,
      onKeys: () => undefined,
      onPong: (knownAt) => void pongs.push(knownAt),
      onEnd: (cause) => void ends.push(cause),
    },
    monotonic: () => elapsed,
  });
}

describe('FeedStream', () => {
  it('says who it is, pings at once, and knows as much as the replica had read when the ping was sent', async () => {
    issuer.feed.readAgeMs = 150;
    open();
    await eventually(() => expect(pongs[0]).toBe(99_850));
    expect(issuer.feed.begins[0]?.authorization).toBe('Bearer of the spec');
    elapsed += 1_000;
    await eventually(() => expect(pongs.at(-1)).toBe(100_850));
  });

  it('counts an echo that comes late from when its ping was sent', async () => {
    issuer.feed.answersPings = false;
    open();
    await eventually(() => expect(batches).toBe(1));
    elapsed += 2_900;
    issuer.feed.answerPings();
    await eventually(() => expect(pongs).not.toEqual([]));
    expect(pongs[0]).toBe(100_000);
  });

  it('takes no echo for a ping that was not sent, nor one twice, nor a read in the future', async () => {
    issuer.feed.readAgeMs = -60_000;
    open();
    await eventually(() => expect(pongs).not.toEqual([]));
    issuer.feed.answersPings = false;
    // Behind every echo so far.
    issuer.feed.send({});
    await eventually(() => expect(batches).toBe(2));
    const echoes = [...pongs];
    issuer.feed.pong(1n);
    issuer.feed.pong(77n);
    issuer.feed.send({});
    await eventually(() => expect(batches).toBe(3));
    expect(pongs).toEqual(echoes);
    expect(new Set(pongs)).toEqual(new Set([100_000]));
  });

  it('leaves a replica that is silent for three seconds, once', async () => {
    issuer.feed.answersPings = false;
    open();
    await eventually(() => expect(batches).toBe(1));
    elapsed += 3_001;
    await eventually(() => expect(ends).toHaveLength(1));
    await eventually(() => expect(issuer.feed.streams).toBe(0));
    stream.end();
    expect(ends).toHaveLength(1);
  });

  it('does not wait for an address where nobody answers', async () => {
    open(`127.0.0.1:${await freePort()}`);
    await eventually(() => expect(ends).toHaveLength(1), 5_000);
  });

  it('tells nothing after its end', async () => {
    open();
    await eventually(() => expect(batches).toBe(1));
    stream.end();
    issuer.feed.send({});
    await eventually(() => expect(issuer.feed.streams).toBe(0));
    expect(batches).toBe(1);
    expect(ends).toEqual([undefined]);
  });
});
