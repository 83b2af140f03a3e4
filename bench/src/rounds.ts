/** What one round of one contestant measured. */
export interface Round {
  /** Calls answered per second. */
  readonly rate: number;
  /** User and system CPU of the server per call, in microseconds. */
  readonly cpuUs: number;
}

/** One of several that are measured against each other. */
export interface Contestant<Result = Round> {
  readonly name: string;
  readonly round: () => Promise<Result>;
}

/** The rounds of each contestant by its name; the same index is the same time. */
export type Measured<Result = Round> = ReadonlyMap<string, readonly Result[]>;

/**
 * Measures several times from the start, with fresh processes: how a process
 * was compiled and laid out in memory is luck, and lasts as long as it does.
 */
export async function inEpochs(epochs: number, measure: () => Promise<Measured>): Promise<Measured> {
  const all = new Map<string, Round[]>();
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (const [name, rounds] of await measure()) all.set(name, [...(all.get(name) ?? []), ...rounds]);
  }
  return all;
}

/**
 * Measures contestants in turn, so that whatever else the machine does hits
 * all alike. Every second round goes backwards: nobody always follows the
 * same neighbour.
 *
 * @param warmUp rounds that are not counted, for the compilers to finish
 */
export async function interleave<Result = Round>(
  contestants: readonly Contestant<Result>[],
  rounds: number,
  warmUp: number,
): Promise<Measured<Result>> {
  const measured = new Map<string, Result[]>(contestants.map(({ name }) => [name, []]));
  for (let index = -warmUp; index < rounds; index++) {
    for (const { name, round } of index % 2 === 0 ? contestants : contestants.toReversed()) {
      const result = await round();
      if (index >= 0) measured.get(name)?.push(result);
    }
  }
  return measured;
}
