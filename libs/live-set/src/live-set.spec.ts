import { LiveSet, type Member } from './live-set.js';

describe('a set of what is under way', () => {
  it('has what came and has not left, in its order', () => {
    const set = new LiveSet<{ n: number }>();
    const members: Member[] = [];
    const expected = new Set<{ n: number }>();
    for (let n = 0; n < 1_000; n++) {
      const item = { n };
      members.push(set.add(item));
      expected.add(item);
      // Some leave at once, some last, and some twice.
      for (const left of [n % 3 === 0 ? n : n - 7, n - 40, n - 40]) {
        members[left]?.leave();
        for (const each of expected) if (each.n === left) expected.delete(each);
      }
      expect(set.size).toBe(expected.size);
      expect(set.first).toBe([...expected][0]);
    }
    expect(set.all()).toEqual([...expected]);
    for (const member of members) member.leave();
    expect([set.size, set.first, set.all()]).toEqual([0, undefined, []]);
  });

  it('has one that came twice in two places', () => {
    const set = new LiveSet<object>();
    const item = {};
    const [first] = [set.add(item), set.add(item)];
    first!.leave();
    expect(set.all()).toEqual([item]);
  });
});
