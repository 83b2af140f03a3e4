import { createSigningKey } from '@gatehouse/testing';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { InvalidKeySet } from './invalid-key-set.js';
import { KeysUnavailable } from './keys-unavailable.js';
import { RemoteKeySet } from './remote-key-set.js';
import type { RemoteKeySetOptions } from './remote-key-set.js';

const first = createSigningKey().jwk;
const second = createSigningKey().jwk;

let elapsedMs: number;
let fetches: number;
let failures: unknown[];
/** What the source answers; an Error is thrown. */
let served: object;

beforeEach(() => {
  elapsedMs = 0;
  fetches = 0;
  failures = [];
  served = { keys: [first] };
});

function remoteKeySet(options: Partial<RemoteKeySetOptions> = {}): RemoteKeySet {
  return new RemoteKeySet({
    fetch: async () => {
      fetches++;
      if (served instanceof Error) throw served;
      return served;
    },
    monotonic: () => elapsedMs,
    onFailure: (cause) => failures.push(cause),
    ...options,
  });
}

/** Lets everything that is already due happen. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('RemoteKeySet', () => {
  it('fetches on the first question and once for many at a time', async () => {
    const keys = remoteKeySet();
    expect(keys.find(first.kid)).toBeUndefined();
    const found = await Promise.all(Array.from({ length: 50 }, () => keys.lookUp(first.kid)));
    expect(found.every((key) => key?.keyId === first.kid)).toBe(true);
    expect(keys.find(first.kid)).toBe(found[0]);
    expect(fetches).toBe(1);
  });

  it('asks once per cooldown, however many key IDs are unknown', async () => {
    const keys = remoteKeySet();
    await keys.refresh();
    elapsedMs += 30_000;
    const ask = (round: number) =>
      Promise.all(Array.from({ length: 1_000 }, (_, index) => keys.lookUp(`unknown-${round}-${index}`)));
    expect(new Set(await ask(1))).toEqual(new Set([undefined]));
    expect(fetches).toBe(2);
    elapsedMs += 29_999;
    await ask(2);
    expect(fetches).toBe(2);
    elapsedMs += 1;
    await ask(3);
    expect(fetches).toBe(3);
  });

  it('learns a new key through an unknown key ID', async () => {
    const keys = remoteKeySet();
    await keys.refresh();
    elapsedMs += 30_000;
    served = { keys: [first, second] };
    expect((await keys.lookUp(second.kid))?.keyId).toBe(second.kid);
  });

  it('refreshes in the background when the set is old, and answers at once meanwhile', async () => {
    const keys = remoteKeySet({ maxAgeMs: 60_000 });
    await keys.refresh();
    served = { keys: [second] };
    elapsedMs += 60_000;
    keys.find(first.kid);
    await settle();
    expect(fetches).toBe(1);
    elapsedMs += 1;
    expect(keys.find(first.kid)?.keyId).toBe(first.kid);
    await settle();
    expect(fetches).toBe(2);
    expect(keys.find(first.kid)).toBeUndefined();
  });

  it('goes on serving an old set while the source is down, and asks ever less often', async () => {
    const keys = remoteKeySet({ maxAgeMs: 60_000, retryMs: 500, cooldownMs: 30_000 });
    await keys.refresh();
    served = new Error('down');
    for (let minute = 0; minute < 60; minute++) {
      for (let second = 0; second < 60; second++) {
        elapsedMs += 1_000;
        expect(keys.find(first.kid)?.keyId).toBe(first.kid);
        await settle();
      }
    }
    // 0.5 s doubles to 30 s within a minute; from then on twice a minute.
    expect(fetches).toBeGreaterThan(60);
    expect(fetches).toBeLessThan(140);
    expect(failures).toHaveLength(fetches - 1);
    await expect(keys.lookUp('unknown')).resolves.toBeUndefined();

    served = { keys: [second] };
    elapsedMs += 30_000;
    await keys.lookUp(second.kid);
    expect(keys.find(second.kid)?.keyId).toBe(second.kid);
  });

  it('says so when no set was ever obtained, and tries again after a short wait', async () => {
    served = new Error('down');
    const keys = remoteKeySet({ retryMs: 500 });
    await expect(keys.lookUp(first.kid)).rejects.toMatchObject({ name: 'KeysUnavailable', cause: served });
    await expect(keys.lookUp(first.kid)).rejects.toThrow(KeysUnavailable);
    expect(fetches).toBe(1);
    served = { keys: [first] };
    elapsedMs += 500;
    expect((await keys.lookUp(first.kid))?.keyId).toBe(first.kid);
  });

  it('counts a set that must not be used as a failed fetch', async () => {
    const keys = remoteKeySet();
    await keys.refresh();
    served = { keys: [first, first] };
    await expect(keys.refresh()).rejects.toThrow(KeysUnavailable);
    expect(failures).toEqual([expect.any(InvalidKeySet)]);
    expect(keys.find(first.kid)?.keyId).toBe(first.kid);
  });

  it('gives up on a source that does not answer, and tells it', async () => {
    let told: AbortSignal | undefined;
    const keys = remoteKeySet({
      timeoutMs: 20,
      fetch: (signal) => {
        told = signal;
        return new Promise(() => {});
      },
    });
    await expect(keys.lookUp(first.kid)).rejects.toThrow(KeysUnavailable);
    expect(told?.aborted).toBe(true);
  });

  it('does not take a fetch that began before the news for a refresh', async () => {
    const answers: ((value: object) => void)[] = [];
    const keys = remoteKeySet({ fetch: () => new Promise<object>((resolve) => answers.push(resolve)) });
    const early = keys.lookUp(first.kid);
    const refreshed = Promise.all([keys.refresh(), keys.refresh()]);
    answers[0]!({ keys: [first] });
    await early;
    await settle();
    answers[1]!({ keys: [second] });
    await refreshed;
    expect(answers).toHaveLength(2);
    expect(keys.find(first.kid)).toBeUndefined();
    expect(keys.find(second.kid)?.keyId).toBe(second.kid);
  });

  it('takes a set that is offered, and no older one that a fetch brings afterwards', async () => {
    const answers: ((value: object) => void)[] = [];
    const keys = remoteKeySet({ fetch: () => new Promise<object>((resolve) => answers.push(resolve)) });
    const early = keys.lookUp(second.kid);
    keys.offer({ keys: [second] });
    answers[0]!({ keys: [first] });
    expect((await early)?.keyId).toBe(second.kid);
    expect(keys.find(first.kid)).toBeUndefined();
    await expect(keys.lookUp(first.kid)).resolves.toBeUndefined();
    expect(answers).toHaveLength(1);
  });

  it('refuses an offer that it would refuse of a fetch, and keeps the key objects of one that changes nothing', () => {
    const keys = remoteKeySet();
    keys.offer({ keys: [first] });
    const known = keys.find(first.kid);
    expect(() => keys.offer({ keys: [first, first] })).toThrow(InvalidKeySet);
    expect(keys.find(first.kid)).toBe(known);
    keys.offer({ keys: [first, second] });
    expect(keys.find(first.kid)).toBe(known);
  });
});
