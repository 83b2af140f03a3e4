import { setTimeout as delay } from 'node:timers/promises';
import { startOwnSystem, type OwnSystem } from '../../system/own-system.js';
import { signInDemo } from '../../system/system-facts.js';
import { Caller } from '../overload/caller.js';
import { keepApart } from '../overload/cores.js';
import { startGenerator } from '../overload/generator.js';
import type { Latency, LoadOrder, LoadReport } from '../overload/load-messages.js';
import { readingRequest } from '../overload/reading-request.js';
import { ended, mostGrown, systemMemory } from '../overload/system-processes.js';
import type { Target } from './attack.js';
import type { AttackOrder, AttackerReport } from './attacker-process.js';
import { ATTACKS, HARMLESS } from './attacks.js';

/** What one attack did. */
export interface AttackResult {
  readonly name: string;
  readonly attack: AttackerReport;
  /**
   * What the others' calls are compared with: those right before and right after, or those beside the same without the
   * harm, where there is such a thing.
   */
  readonly quiet: readonly Latency[];
  /** The others' calls meanwhile. */
  readonly others: LoadReport;
  /** The most that any process has grown by, in MiB, once it was over. */
  readonly grownMiB: number;
  readonly ended: number;
}

export interface HostileOptions {
  /** How long each attack takes, and the quiet time before and after it, in milliseconds. */
  readonly attackMs: number;
  readonly quietMs: number;
  /** Of how long a stretch each p99 is. */
  readonly windowMs: number;
  readonly warmUpMs: number;
  /** Until connections and garbage of an attack are gone. */
  readonly settleMs: number;
  /** Which attacks; all unless given. */
  readonly names?: readonly string[];
}

/** Calls a second of those who mean well, to both gateways: so many that the p99 of a window is that of a thousand. */
const OTHERS_PER_SECOND = 100;
const WARM_UP_AT_ONCE = 32;

/** Attacks a system of its own, one way after the other, while others call it. */
export async function runHostile(options: HostileOptions): Promise<{
  readonly coresApart: boolean;
  readonly results: readonly AttackResult[];
}> {
  const { attackMs, quietMs, windowMs, warmUpMs, settleMs, names = [...ATTACKS.keys()] } = options;
  const cores = keepApart();
  try {
    await using own = await startOwnSystem();
    using others = startGenerator(cores);
    const attackerScript = new URL('./attacker-process.js', import.meta.url);
    using attacker = new Caller<AttackOrder, AttackerReport>(cores, attackerScript);
    const ports = own.addresses.gateways.map((url) => Number(new URL(url).port));
    // An access token is good for five minutes.
    const newOrder = async () => ({ ports, request: await readingRequest(own), windowMs });
    const callFor = (order: Omit<LoadOrder, 'forMs'>, forMs: number) =>
      others.send({ ...order, perSecond: OTHERS_PER_SECOND, forMs });
    // What grows here grows once: code that is compiled, and heaps up to the size that they work with.
    await others.send({ ...(await newOrder()), atOnce: WARM_UP_AT_ONCE, forMs: warmUpMs });
    const stretches: LoadReport[] = [];
    const attacked: (Omit<AttackResult, 'quiet'> & { readonly harmless: LoadReport | undefined })[] = [];
    for (const name of names) {
      const order = await newOrder();
      const target = await targetOf(own);
      const orders = { name, target };
      stretches.push(await callFor(order, quietMs));
      const harmless = HARMLESS.has(name)
        ? await Promise.all([
            callFor(order, quietMs),
            attacker.send({ ...orders, isHarmless: true, forMs: quietMs }),
          ])
        : [];
      const before = systemMemory();
      const [attack, meanwhile] = await Promise.all([
        attacker.send({ ...orders, isHarmless: false, forMs: attackMs }),
        callFor(order, attackMs),
      ]);
      await delay(settleMs);
      const after = systemMemory();
      attacked.push({
        name,
        attack,
        harmless: harmless[0],
        others: meanwhile,
        grownMiB: mostGrown(before, after),
        ended: ended(before, after),
      });
    }
    stretches.push(await callFor(await newOrder(), quietMs));
    const results = attacked.map(({ harmless, ...result }, index) => ({
      ...result,
      quiet: harmless?.windows ?? stretches.slice(index, index + 2).flatMap(({ windows }) => windows),
    }));
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
