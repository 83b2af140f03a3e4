import { setTimeout as delay } from 'node:timers/promises';
import { machineMs } from '../clock.js';
import type { SeededRandom } from '../random.js';
import { CAUSES, remainingMs, SWEEPING_CAUSES, type Cause, type Causes, type Revocable } from './causes.js';
import type { Verifiers } from './verifiers.js';

/** How long after its acknowledgement one revocation was enforced, in milliseconds, by each verifier. */
export interface Enforced {
  readonly cause: Cause;
  readonly delaysMs: readonly number[];
  /** How long the access token would have been good otherwise. */
  readonly leftMs: number;
}

/** Access tokens that are made before any of them is revoked: they must not expire meanwhile. */
const AT_ONCE = 100;
/** Between two revocations of one chunk. */
const PAUSE_MS = 20;
/** When a verifier that goes on accepting is given up. */
const PATIENCE_MS = 60_000;

/** Revokes this many access tokens, of every cause in turn, and has all verifiers tell when they refuse. */
export async function measure(
  verifiers: Verifiers,
  begin: () => Promise<Causes>,
  count: number,
  random: SeededRandom,
): Promise<readonly Enforced[]> {
  const enforced: Enforced[] = [];
  while (enforced.length < count) {
    using causes = await patiently(begin);
    const chunk = await Promise.all(
      Array.from({ length: Math.min(AT_ONCE, count - enforced.length) }, (_, index) =>
        patiently(() => causes.make(CAUSES[index % CAUSES.length] as Cause)),
      ),
    );
    const watched = chunk.map((revocable) => ({ ...revocable, ...verifiers.watch(revocable.accessToken) }));
    await Promise.all(watched.map(({ accepted }) => accepted));
    const running: Promise<Enforced>[] = [];
    for (const one of shuffled(watched, random)) {
      running.push(enforce(one));
      await delay(PAUSE_MS);
    }
    enforced.push(...(await Promise.all(running)));
  }
  return enforced;
}

/**
 * Revokes everyone's access tokens, in each way this many times. Whatever the verifiers show is refused from then on:
 * they must be told of a new load afterwards.
 */
export async function measureSweeping(
  verifiers: Verifiers,
  begin: () => Promise<Causes>,
  times: number,
): Promise<readonly Enforced[]> {
  const enforced: Enforced[] = [];
  for (let time = 0; time < times; time++) {
    for (const cause of SWEEPING_CAUSES) {
      using causes = await begin();
      const revocable = await causes.make(cause);
      // Whoever has accepted it has also been told that there is no load.
      verifiers.load([]);
      const { accepted, refused } = verifiers.watch(revocable.accessToken);
      await accepted;
      enforced.push(await enforce({ ...revocable, refused }));
    }
  }
  return enforced;
}

/** Revokes one, again until it is acknowledged. A refusal before the acknowledgement counts as none too late. */
async function enforce(one: Revocable & { readonly refused: Promise<readonly number[]> }): Promise<Enforced> {
  let attempts = 0;
  await patiently(async () => {
    attempts++;
    const { status } = await one.revoke();
    // An attempt without an answer may have ended the very session that the next one is made with.
    const hasHappened = status === 200 || (status === 401 && attempts > 1);
    if (!hasHappened) throw new Error(`answered ${status}`);
  });
  const acknowledgedAt = machineMs();
  const leftMs = remainingMs(one.accessToken);
  const late = AbortSignal.timeout(PATIENCE_MS);
  const refused = await Promise.race([
    one.refused,
    new Promise<never>((_resolve, reject) => {
      late.addEventListener('abort', () => reject(new Error(`a revoked ${one.cause} is still accepted`)));
    }),
  ]);
  return { cause: one.cause, delaysMs: refused.map((at) => Math.max(0, at - acknowledgedAt)), leftMs };
}

/** Tries for a while what fails because a replica was just killed. */
async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt === 50) throw error;
      await delay(100);
    }
  }
}

function shuffled<T>(values: readonly T[], random: SeededRandom): readonly T[] {
  return values
    .map((value) => ({ value, at: random.next() }))
    .sort((one, other) => one.at - other.at)
    .map(({ value }) => value);
}
