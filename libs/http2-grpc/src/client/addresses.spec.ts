import { promises as dns } from 'node:dns';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Addresses } from './addresses.js';
import { readTarget } from './target.js';

const EVERY_MS = 10_000;
/** Longer than the time between two look-ups, and what jitters of it. */
const LONG_MS = 3 * EVERY_MS;

const { lookup } = dns;
let addresses: Addresses;
let events: string[];
/** The look-ups that are under way, the last one behind. */
let underWay: { answer: (hosts: readonly string[]) => void; fail: (error: Error) => void }[];

beforeEach(() => {
  jest.useFakeTimers();
  events = [];
  underWay = [];
  dns.lookup = (() =>
    new Promise((resolve, reject) => {
      const answer = (hosts: readonly string[]) => resolve(hosts.map((address) => ({ address, family: 4 })));
      underWay.push({ answer, fail: reject });
    })) as unknown as typeof dns.lookup;
  addresses = new Addresses(readTarget('dns:///slow.spec:80'), EVERY_MS, {
    found: (found) => events.push(found.map(({ host }) => host).join()),
    unknown: () => {
      events.push('unknown');
      addresses.lookAgain();
    },
  });
  addresses.begin();
});
afterEach(() => {
  addresses.close();
  dns.lookup = lookup;
  jest.useRealTimers();
});

describe('a look-up that takes longer than the time between two', () => {
  it('and fails is followed by the next one', async () => {
    await jest.advanceTimersByTimeAsync(LONG_MS);
    expect(underWay).toHaveLength(1);
    underWay[0]?.fail(new Error('getaddrinfo EAI_AGAIN'));
    await jest.advanceTimersByTimeAsync(EVERY_MS);
    expect(events).toEqual(['unknown']);
    expect(underWay).toHaveLength(2);
    underWay[1]?.answer(['127.0.0.2']);
    await jest.advanceTimersByTimeAsync(0);
    expect(events).toEqual(['unknown', '127.0.0.2']);
  });

  it('and succeeds is followed by the next one', async () => {
    await jest.advanceTimersByTimeAsync(LONG_MS);
    underWay[0]?.answer(['127.0.0.2']);
    await jest.advanceTimersByTimeAsync(LONG_MS);
    expect(events).toEqual(['127.0.0.2']);
    expect(underWay).toHaveLength(2);
  });

  it('also when somebody asks for it meanwhile', async () => {
    addresses.lookAgain();
    await jest.advanceTimersByTimeAsync(LONG_MS);
    addresses.lookAgain();
    underWay[0]?.answer(['127.0.0.2']);
    await jest.advanceTimersByTimeAsync(EVERY_MS);
    expect(underWay).toHaveLength(2);
  });
});
