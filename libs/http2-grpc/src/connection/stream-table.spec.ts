import { Random } from '../spec/random.js';
import { StreamTable } from './stream-table.js';

interface Numbered {
  readonly id: number;
}

describe('a table of streams', () => {
  it.each([
    ['one after the other, as a client numbers them', (n: number) => 2 * n + 1],
    // A client that wants them to stand in each other's way.
    ['all of one place', (n: number) => 4_096 * n + 1],
  ])('holds what was added and not deleted: %s', (_order, idOf) => {
    const random = new Random(7);
    const table = new StreamTable<Numbered>();
    const expected = new Map<number, Numbered>();
    for (let n = 0; n < 20_000; n++) {
      const stream = { id: idOf(n) };
      table.add(stream);
      expected.set(stream.id, stream);
      // Few of them at first, then many, then few again; some stay for long.
      const kept = n < 5_000 || n > 15_000 ? 20 : 300;
      while (expected.size > kept) {
        const id = random.pick([...expected.keys()].slice(0, 40));
        expect(table.get(id)).toBe(expected.get(id));
        table.delete(id);
        expected.delete(id);
        expect(table.get(id)).toBeUndefined();
      }
    }
    expect(table.size).toBe(expected.size);
    for (const [id, stream] of expected) expect(table.get(id)).toBe(stream);
    expect(new Set(table.all())).toEqual(new Set(expected.values()));
  });

  it('does nothing about a stream that is not there', () => {
    const table = new StreamTable<Numbered>();
    table.add({ id: 1 });
    table.delete(3);
    table.delete(129);
    expect(table.get(129)).toBeUndefined();
    expect(table.all()).toEqual([{ id: 1 }]);
  });
});
