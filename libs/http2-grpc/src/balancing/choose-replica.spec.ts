import { describe, expect, it } from '@jest/globals';
import { Status } from '../grpc/status.js';
import { chooseReplica } from './choose-replica.js';
import { ReplicaLoad } from './replica-load.js';
import { ReplicaLoads } from './replica-loads.js';
import { verdictOf, type Verdict } from './verdict.js';

const LONGEST_MS = 30_000;
const FIRST_WAIT_MS = 1_000;

/** Replicas and a clock that is turned by hand. */
class Fleet {
  readonly replicas: ReplicaLoad[];
  now = 0;
  #first = 0;

  constructor(count: number) {
    this.replicas = Array.from({ length: count }, () => new ReplicaLoad(LONGEST_MS));
  }

  at(index: number): ReplicaLoad {
    return this.replicas[index] as ReplicaLoad;
  }

  choose(): number {
    const index = chooseReplica(this.replicas, 'calls', this.#first, this.now);
    this.#first = (index + 1) % this.replicas.length;
    return index;
  }

  /** Calls of a millisecond each, one after the other; returns how many went to each replica. */
  run(calls: number, how: (index: number) => { verdict?: Verdict; ms?: number } = () => ({})): number[] {
    const counts = this.replicas.map(() => 0);
    for (let call = 0; call < calls; call++) {
      const index = this.choose();
      const { verdict = 'answered', ms = 1 } = how(index);
      counts[index] = (counts[index] ?? 0) + 1;
      this.at(index).begin('calls');
      this.at(index).end('calls', verdict, ms);
      this.now += 1;
    }
    return counts;
  }
}

describe('the choice of a replica', () => {
  it('is by turns among equals', () => {
    expect(new Fleet(3).run(9)).toEqual([3, 3, 3]);
  });

  it('falls on the one with the fewest calls under way', () => {
    const fleet = new Fleet(3);
    for (const index of [0, 0, 1, 2, 2]) fleet.at(index).begin('calls');
    expect(fleet.choose()).toBe(1);
  });

  it('does not ask how many streams are under way', () => {
    const fleet = new Fleet(2);
    for (let stream = 0; stream < 100; stream++) fleet.at(0).begin('streams');
    expect(fleet.run(10)).toEqual([5, 5]);
  });

  it('falls on a slow one when the others have as much more to do as it is slower', () => {
    const fleet = new Fleet(2);
    fleet.run(20, (index) => ({ ms: index === 0 ? 1_000 : 100 }));
    for (let call = 0; call < 8; call++) fleet.at(1).begin('calls');
    expect([fleet.choose(), fleet.choose()]).toEqual([1, 1]);
    for (let call = 0; call < 2; call++) fleet.at(1).begin('calls');
    expect([fleet.choose(), fleet.choose()]).toEqual([0, 0]);
  });

  it('does not care for differences that a busy moment makes', () => {
    const fleet = new Fleet(2);
    expect(fleet.run(100, (index) => ({ ms: index === 0 ? 45 : 2 }))).toEqual([50, 50]);
  });

  it('passes by the one that fails, after five failures', () => {
    const fleet = new Fleet(3);
    const hole = (index: number) => ({ verdict: index === 0 ? ('failed' as const) : undefined });
    expect(fleet.run(900, hole)[0]).toBe(5);
  });

  it('finds one as long as there is one, and all when all fail alike', () => {
    const fleet = new Fleet(4);
    const onlyLast = fleet.run(400, (index) => ({ verdict: index === 3 ? 'answered' : 'failed' }));
    expect(onlyLast.slice(0, 3)).toEqual([5, 5, 5]);
    const all = new Fleet(4).run(400, () => ({ verdict: 'failed' }));
    expect(all).toEqual([100, 100, 100, 100]);
  });

  it('tries the one that fails less and less often, and at least every ten seconds', () => {
    const fleet = new Fleet(2);
    const hole = (index: number) => ({ verdict: index === 0 ? ('failed' as const) : undefined });
    fleet.run(100, hole);
    const tried: number[] = [];
    for (; fleet.now < 60_000; fleet.now += 99) {
      const at = fleet.now;
      if (fleet.run(1, hole)[0] === 1) tried.push(at);
    }
    const waits = tried.slice(1).map((at, index) => at - (tried[index] as number));
    expect(waits[0]).toBeGreaterThanOrEqual(2 * FIRST_WAIT_MS);
    expect(Math.max(...waits)).toBeGreaterThan(9_000);
    expect(Math.max(...waits)).toBeLessThanOrEqual(10_200);
  });

  it('takes one back that answers when it is tried', () => {
    const fleet = new Fleet(2);
    fleet.run(100, (index) => ({ verdict: index === 0 ? 'failed' : 'answered' }));
    fleet.now += FIRST_WAIT_MS;
    fleet.run(2);
    expect(fleet.run(100)).toEqual([50, 50]);
  });

  it('takes a slow one back that is fast when it is tried', () => {
    const fleet = new Fleet(2);
    expect(fleet.run(100, (index) => ({ ms: index === 0 ? 2_000 : 5 }))[0]).toBe(3);
    fleet.now += FIRST_WAIT_MS;
    fleet.run(2, () => ({ ms: 5 }));
    expect(fleet.run(100, () => ({ ms: 5 }))).toEqual([50, 50]);
  });

  it('tries one at once that has a new connection', () => {
    const fleet = new Fleet(2);
    fleet.run(100, (index) => ({ verdict: index === 0 ? 'failed' : 'answered' }));
    fleet.at(0).reconnected();
    expect(fleet.choose()).toBe(0);
    expect(fleet.choose()).toBe(1);
  });
});

describe('what is known of a replica', () => {
  it('is not how long a stream lasts, nor that one ended that had lasted', () => {
    const fleet = new Fleet(2);
    for (let stream = 0; stream < 20; stream++) {
      fleet.at(0).begin('streams');
      fleet.at(0).end('streams', 'failed', 300_000);
    }
    fleet.at(0).begin('calls');
    fleet.at(0).end('calls', 'answered', LONGEST_MS + 1);
    expect(fleet.run(100)).toEqual([50, 50]);
  });

  it('is that streams to it fail as they begin', () => {
    const fleet = new Fleet(2);
    for (let stream = 0; stream < 5; stream++) {
      fleet.at(0).begin('streams');
      fleet.at(0).end('streams', 'failed', 3);
    }
    expect(fleet.run(100)).toEqual([0, 100]);
  });

  it('is that callers give it up: it is at least as slow', () => {
    const fleet = new Fleet(2);
    const counts = fleet.run(100, (index) => (index === 0 ? { verdict: 'unknown', ms: 900 } : { ms: 5 }));
    expect(counts[0]).toBe(3);
  });

  it('is shared while anybody holds it, and gone then', () => {
    const loads = new ReplicaLoads(LONGEST_MS);
    const first = loads.hold('10.0.0.1:80');
    expect(loads.hold('10.0.0.1:80')).toBe(first);
    expect(loads.hold('10.0.0.2:80')).not.toBe(first);
    loads.release('10.0.0.1:80');
    expect(loads.hold('10.0.0.1:80')).toBe(first);
    loads.release('10.0.0.1:80');
    loads.release('10.0.0.1:80');
    expect(loads.hold('10.0.0.1:80')).not.toBe(first);
  });
});

describe('what a status says of the replica', () => {
  it.each<[keyof typeof Status, number, Verdict]>([
    ['OK', 1, 'answered'],
    ['NOT_FOUND', 1, 'answered'],
    ['UNAUTHENTICATED', 1, 'answered'],
    ['PERMISSION_DENIED', 1, 'answered'],
    ['ABORTED', 1, 'answered'],
    ['UNIMPLEMENTED', 1, 'answered'],
    ['RESOURCE_EXHAUSTED', 1, 'answered'],
    ['UNAVAILABLE', 1, 'failed'],
    ['INTERNAL', 1, 'failed'],
    ['UNKNOWN', 1, 'failed'],
    ['DATA_LOSS', 1, 'failed'],
    ['DEADLINE_EXCEEDED', 1_000, 'failed'],
    ['DEADLINE_EXCEEDED', 999, 'unknown'],
    ['CANCELLED', 5_000, 'unknown'],
  ])('%s after %i ms: %s', (code, ms, verdict) => {
    expect(verdictOf(Status[code], ms)).toBe(verdict);
  });
});
