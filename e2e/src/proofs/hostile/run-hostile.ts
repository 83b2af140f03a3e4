import { setTimeout as delay } from 'node:timers/promises';
import { startOwnSystem, type OwnSystem } from '../../system/own-system.js';
import { signInDemo } from '../../system/system-facts.js';
import { Caller } from '../overload/caller.js';
import { keepApart } from '../overload/cores.js';
import { startGenerator } from '../overload/generator.js';
import type { LoadReport } from '../overload/load-messages.js';
import { readingRequest } from '../overload/reading-request.js';
import { ended, mostGrown, systemMemory } from '../overload/system-processes.js';
import type { AttackReport, Target } from './attack.js';
import type { AttackOrder } from './attacker-process.js';
import { ATTACKS, HARMLESS } from './attacks.js';

/** What one attack did. */
export interface AttackResult {
  readonly name: string;
  readonly attack: AttackReport;
  /** The others' calls before it, beside the same without the harm where there is such a thing, and meanwhile. */
  readonly quiet: LoadReport;
  readonly others: LoadReport;
  /** The most that any process has grown by, in MiB, once it was over. */
  readonly grownMiB: number;
  readonly ended: number;
}

export interface HostileOptions {
  /** How long each attack takes, and the quiet time before it, in milliseconds. */
  readonly attackMs: number;
  readonly quietMs: number;
  readonly warmUpMs: number;
  /** Until connections and garbage of an attack are gone. */
  readonly settleMs: number;
  /** Which attacks; all unless given. */
  readonly names?: readonly string[];
}

/** Calls a second of those who mean well, to both gateways. */
const OTHERS_PER_SECOND = 50;
const WARM_UP_AT_ONCE = 32;

/** Attacks a system of its own, one way after the other, while others call it. */
export async function runHostile({ attackMs, quietMs, warmUpMs, settleMs, names }: HostileOptions): Promise<{
  readonly coresApart: boolean;
  readonly results: readonly AttackResult[];
}> {
  const cores = keepApart();
  try {
    await using own = await startOwnSystem();
    using others = startGenerator(cores);
    const attackerScript = new URL('./attacker-process.js', import.meta.url);
    using attacker = new Caller<AttackOrder, AttackReport>(cores, attackerScript);
    const ports = own.addresses.gateways.map((url) => Number(new URL(url).port));
    const results: AttackResult[] = [];
    // What grows here grows once: code that is compiled, and heaps up to the size that they work with.
    await others.send({
      ports,
      request: await readingRequest(own),
      atOnce: WARM_UP_AT_ONCE,
      forMs: warmUpMs,
    });
    for (const name of names ?? ATTACKS.keys()) {
      // An access token is good for five minutes.
      const order = { ports, request: await readingRequest(own), perSecond: OTHERS_PER_SECOND };
      const target = await targetOf(own);
      const attacked = { name, target };
      const [quiet] = await Promise.all([
        others.send({ ...order, forMs: quietMs }),
        HARMLESS.has(name) && attacker.send({ ...attacked, isHarmless: true, forMs: quietMs }),
      ]);
      const before = systemMemory();
      const [attack, meanwhile] = await Promise.all([
        attacker.send({ ...attacked, isHarmless: false, forMs: attackMs }),
        others.send({ ...order, forMs: attackMs }),
      ]);
      await delay(settleMs);
      const after = systemMemory();
      results.push({
        name,
        attack,
        quiet,
        others: meanwhile,
        grownMiB: mostGrown(before, after),
        ended: ended(before, after),
      });
    }
    return { coresApart: cores.areApart, results };
  } finally {
    cores.release();
  }
}

/** One replica of each is attacked; the others' calls go to both. */
async function targetOf(own: OwnSystem): Promise<Target> {
  const { accessToken } = await signInDemo(own, 'user');
  const [address = ''] = own.addresses.resources;
  return {
    httpPort: Number(new URL(own.addresses.gateway).port),
    grpcPort: Number(address.split(':').at(-1)),
    accessToken,
  };
}
