import { Session } from 'node:inspector/promises';

/** Self time or bytes by the place in the code: `function file`. */
export type Places = Readonly<Record<string, number>>;

/** How often the stack is looked at, in microseconds. */
const CPU_INTERVAL_US = 250;

/** Every how many bytes an allocation is looked at, on average. */
const ALLOCATION_INTERVAL_BYTES = 16_384;

/** Sees where a process spends its time, or what it allocates. */
export class Observation {
  private constructor(
    private readonly session: Session,
    private readonly what: 'cpu' | 'allocation',
  ) {}

  static async begin(what: 'cpu' | 'allocation'): Promise<Observation> {
    const session = new Session();
    session.connect();
    if (what === 'cpu') {
      await session.post('Profiler.enable');
      await session.post('Profiler.setSamplingInterval', { interval: CPU_INTERVAL_US });
      await session.post('Profiler.start');
    } else {
      await session.post('HeapProfiler.startSampling', {
        samplingInterval: ALLOCATION_INTERVAL_BYTES,
        includeObjectsCollectedByMajorGC: true,
        includeObjectsCollectedByMinorGC: true,
      });
    }
    return new Observation(session, what);
  }

  /** Microseconds, or bytes, since the beginning. */
  async end(): Promise<Places> {
    const places = this.what === 'cpu' ? await this.#times() : await this.#bytes();
    this.session.disconnect();
    return places;
  }

  async #times(): Promise<Places> {
    const { profile } = await this.session.post('Profiler.stop');
    const places: Record<string, number> = {};
    const byId = new Map(profile.nodes.map(({ id, callFrame }) => [id, placeOf(callFrame)]));
    profile.samples?.forEach((id, index) => {
      const place = byId.get(id) ?? '';
      places[place] = (places[place] ?? 0) + (profile.timeDeltas?.[index] ?? 0);
    });
    return places;
  }

  async #bytes(): Promise<Places> {
    const { profile } = await this.session.post('HeapProfiler.stopSampling');
    const places: Record<string, number> = {};
    const nodes = [profile.head];
    for (let node = nodes.pop(); node !== undefined; node = nodes.pop()) {
      const place = placeOf(node.callFrame);
      places[place] = (places[place] ?? 0) + node.selfSize;
      nodes.push(...node.children);
    }
    return places;
  }
}

function placeOf({ functionName, url }: { functionName: string; url: string }): string {
  return `${functionName} ${url}`;
}
