import { getEventListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { StreamPace } from './stream-pace.js';

describe('the pace of a stream', () => {
  it('is that of the caller, however long it lasts', async () => {
    const { signal } = new AbortController();
    const pace = new StreamPace(signal);
    for (let handedOver = 1; handedOver < 1_000; handedOver++) {
      let isFree = false;
      const room = pace.room(handedOver).then(() => (isFree = true));
      await Promise.resolve().then(() => undefined);
      await Promise.resolve();
      if (handedOver >= 16) {
        expect(isFree).toBe(false);
        pace.messageSent();
      }
      await room;
    }
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
  });

  it('holds nobody once the caller is gone', async () => {
    const caller = new AbortController();
    const pace = new StreamPace(caller.signal);
    const room = pace.room(100);
    caller.abort();
    await room;
    await pace.room(100);
  });
});
