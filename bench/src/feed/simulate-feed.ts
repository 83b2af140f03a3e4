/** From 0 up to, but without, 1. */
export type Random = () => number;

/** What is simulated. Times are in milliseconds. */
export interface FeedScenario {
  readonly verifiers: number;
  /** Of auth; verifiers spread over them evenly. */
  readonly replicas: number;
  /** Revocations per second, at random moments. */
  readonly revocationsPerSecond: number;
  /** What a replica's event loop is busy with for one ping and its echo. */
  readonly pingMs: number;
  /** The same for one message to one verifier and its acknowledgement. */
  readonly deliveryMs: number;
  /** What passes besides: the row's way into the table, the hint, the read, the wire. */
  readonly latencyMs: number;
  /** How long is simulated. */
  readonly forMs: number;
}

/** What came of it. */
export interface SimulatedFeed {
  /** From each revocation to its being applied, in milliseconds: at all verifiers of a replica at once. */
  readonly delaysMs: readonly number[];
  /** How much of the time a replica's event loop is busy; 1 is all of it, and no queue ever ends. */
  readonly busy: number;
}

/** How often verifiers ping, in milliseconds. */
const PING_EVERY_MS = 1_000;

/**
 * The feed of one replica as a queue with one server, its event loop. Pings come at their times. A revocation makes
 * the replica read; all that was written until then goes to every verifier in one message before anything else is
 * done, and leaves when the last is written. So one fan-out after another begins with all that came during the last,
 * and a replica that is behind sends fewer and larger messages.
 */
export function simulateFeed(scenario: FeedScenario, random: Random): SimulatedFeed {
  const { replicas, forMs } = scenario;
  const verifiers = Math.ceil(scenario.verifiers / replicas);
  const pings = pingTimes(verifiers, forMs, random);
  const revocations = revocationTimes(scenario, random);
  const delaysMs: number[] = [];
  let clock = 0;
  let busyMs = 0;
  let nextPing = 0;
  let nextRevocation = 0;
  const work = (ms: number) => {
    clock += ms;
    busyMs += ms;
  };
  while (clock < forMs && (nextPing < pings.length || nextRevocation < revocations.length)) {
    const ping = pings[nextPing] ?? Infinity;
    const revocation = (revocations[nextRevocation] ?? Infinity) + scenario.latencyMs;
    clock = Math.max(clock, Math.min(ping, revocation));
    if (ping <= revocation) {
      nextPing++;
      work(scenario.pingMs);
      continue;
    }
    const from = nextRevocation;
    while ((revocations[nextRevocation] ?? Infinity) + scenario.latencyMs <= clock) nextRevocation++;
    const told = revocations.slice(from, nextRevocation);
    work(verifiers * scenario.deliveryMs);
    for (const made of told) delaysMs.push(clock - made);
  }
  return { delaysMs, busy: busyMs / Math.max(clock, 1) };
}

/** Each verifier at a phase of its own. */
function pingTimes(verifiers: number, forMs: number, random: Random): number[] {
  const times: number[] = [];
  for (let verifier = 0; verifier < verifiers; verifier++) {
    for (let at = random() * PING_EVERY_MS; at < forMs; at += PING_EVERY_MS) times.push(at);
  }
  return times.sort((a, b) => a - b);
}

/** A Poisson process. */
function revocationTimes({ revocationsPerSecond, forMs }: FeedScenario, random: Random): number[] {
  const times: number[] = [];
  const gap = () => (-Math.log(1 - random()) * 1_000) / revocationsPerSecond;
  for (let at = gap(); at < forMs; at += gap()) times.push(at);
  return times;
}
