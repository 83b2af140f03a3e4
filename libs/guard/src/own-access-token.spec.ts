import { beforeEach, describe, expect, it } from '@jest/globals';
import { frozenClock, type FrozenClock } from '@gatehouse/testing';
import { OwnAccessToken } from './own-access-token.js';

let clock: FrozenClock;
let issued: number;
let own: OwnAccessToken;

beforeEach(() => {
  clock = frozenClock();
  issued = 0;
  own = new OwnAccessToken(async () => ({ accessToken: `issued-${++issued}`, expiresIn: 300 }), clock.now);
});

const get = async (token = own) => (await token.hold()).accessToken;

describe('OwnAccessToken', () => {
  it('asks once for all who need it', async () => {
    expect(await Promise.all([get(), get(), get()])).toEqual(['issued-1', 'issued-1', 'issued-1']);
    expect(await get()).toBe('issued-1');
  });

  it('asks again shortly before the end, and not sooner', async () => {
    await get();
    clock.advance(269_999);
    expect(await get()).toBe('issued-1');
    clock.advance(1);
    expect(await get()).toBe('issued-2');
  });

  it('forgets the one that was refused, and only that one', async () => {
    const refused = await get();
    own.drop('another');
    expect(await get()).toBe(refused);
    own.drop(refused);
    expect(await get()).toBe('issued-2');
    own.drop(refused);
    expect(await get()).toBe('issued-2');
  });

  it('does not keep a failure', async () => {
    const answers = [
      Promise.reject(new Error('auth is away')),
      Promise.resolve({ accessToken: 'a', expiresIn: 300 }),
    ];
    const failing = new OwnAccessToken(() => answers.shift()!);
    await expect(get(failing)).rejects.toThrow('auth is away');
    expect(await get(failing)).toBe('a');
  });
});
