import { nextSteps, type KeyAge } from './key-life-cycle.js';

const policy = { rotationAgeMs: 1_000, publishAheadMs: 120, retireMs: 310 };
const key = (kid: string, state: KeyAge['state'], ageMs: number): KeyAge => ({
  kid,
  state,
  ageMs,
  isOpen: state !== 'published',
});
const replaceNow = true;

describe('the life of signing keys', () => {
  it.each<[string, KeyAge[], string[]]>([
    ['begins with a key that signs and one in waiting', [], ['create active', 'create published']],
    ['goes on while nothing is due', [key('a', 'active', 999), key('p', 'published', 999)], []],
    [
      'replaces an old key by one that was published for long enough',
      [key('a', 'active', 1_000), key('p', 'published', 120)],
      ['activate p', 'create published'],
    ],
    ['waits for the one in waiting to be known', [key('a', 'active', 5_000), key('p', 'published', 119)], []],
    ['puts one in waiting', [key('a', 'active', 0)], ['create published']],
    [
      'lets the one in waiting take over at once when nobody signs',
      [key('p', 'published', 1)],
      ['activate p', 'create published'],
    ],
    [
      'removes what has retired for long enough',
      [key('a', 'active', 0), key('p', 'published', 0), key('r', 'retiring', 310), key('s', 'retiring', 309)],
      ['remove r'],
    ],
  ])('%s', (_, keys, expected) => {
    const steps = nextSteps(keys, policy).map((step) =>
      step.do === 'create' ? `create ${step.state}` : `${step.do} ${step.kid}`,
    );
    expect(steps).toEqual(expected);
  });

  it('replaces a young key when told to, and only by one that is known', () => {
    const keys = (publishedMs: number) => [key('a', 'active', 0), key('p', 'published', publishedMs)];
    expect(nextSteps(keys(120), policy, { replaceNow })[0]).toEqual({ do: 'activate', kid: 'p' });
    expect(nextSteps(keys(119), policy, { replaceNow })).toEqual([]);
  });

  it('waits for the verifiers that are live, and for them alone', () => {
    const active = key('a', 'active', 0);
    const closed = key('p', 'published', 5_000);
    const knowledge = (known: boolean) => ({ isKnown: () => known });
    const steps = (published: KeyAge, known: boolean) =>
      nextSteps([active, published], policy, { knowledge: knowledge(known), replaceNow });
    expect(steps(closed, false)).toEqual([{ do: 'open', kid: 'p' }]);
    expect(steps({ ...closed, isOpen: true }, false)).toEqual([]);
    expect(steps({ ...closed, isOpen: true, ageMs: 1 }, true)[0]).toEqual({ do: 'activate', kid: 'p' });
    // Nothing is due.
    expect(nextSteps([active, closed], policy, { knowledge: knowledge(false) })).toEqual([]);
    // Nobody signs.
    expect(nextSteps([closed], policy, { knowledge: knowledge(false) })[0]).toEqual({
      do: 'activate',
      kid: 'p',
    });
  });
});
