import { setTimeout as delay } from 'node:timers/promises';
import { readAccessTable } from '@gatehouse/access';
import { contract } from '@gatehouse/contracts';
import type { OwnSystem } from '../../system/own-system.js';
import { History } from '../history.js';
import { Nemesis } from '../nemesis.js';
import { SeededRandom } from '../random.js';
import { Actor, type Surroundings } from './actor.js';
import { readAuditEvents, countForkedFamilies } from './auth-database.js';
import { faultsOf, longestSurvivalMs, type Faults } from './check.js';

/** What one seed has shown. */
export interface SeedResult {
  readonly faults: Faults;
  /** Families with more than one refresh token that is good. */
  readonly forkedFamilies: number;
  readonly operations: number;
  readonly acknowledged: number;
  readonly kills: number;
  /** The longest time from an acknowledged end to a call that was let through all the same, in milliseconds. */
  readonly survivalMs: number;
}

/** What happens in one seed. */
export interface SeedOptions {
  readonly lastsMs: number;
  /** The processes that die, one at a time. */
  readonly victims: readonly string[];
  /** What differs in the surroundings of each actor. */
  readonly surround?: (history: History, random: SeededRandom) => Pick<Surroundings, 'show' | 'ordeals'>;
}

const ACTORS = 6;
/** The longest time between two kills. */
const PAUSE_MS = 2_000;
/** A second for the feed, and one for a verifier that has to find another replica of auth first. */
const BOUND_MS = 2_000;

/** Lets people live for a while in a system whose processes die, and judges what they saw. */
export async function runSeed(
  own: OwnSystem,
  seed: number,
  { lastsMs, victims, surround }: SeedOptions,
): Promise<SeedResult> {
  const random = new SeededRandom(seed);
  const history = new History();
  const until = performance.now() + lastsMs;
  const live = async (sequence: SeededRandom): Promise<void> => {
    const { gateways } = own.addresses;
    const arrive = () => new Actor({ history, gateways, random: sequence, ...surround?.(history, sequence) });
    let actor = arrive();
    while (performance.now() < until) {
      if (!(await actor.act())) {
        actor = arrive();
        await delay(100);
      }
    }
  };
  const nemesis = new Nemesis(own.system, victims, random.fork(), PAUSE_MS);
  try {
    await Promise.all(Array.from({ length: ACTORS }, () => live(random.fork())));
  } finally {
    await nemesis[Symbol.asyncDispose]();
  }
  const { operations } = history;
  const recorded = await readAuditEvents(
    own.authDatabaseUrl,
    operations.map(({ requestId }) => requestId),
  );
  return {
    faults: faultsOf({ operations, recorded, audited: auditedActions(), boundMs: BOUND_MS }),
    forkedFamilies: await countForkedFamilies(own.authDatabaseUrl),
    operations: operations.length,
    acknowledged: operations.filter(({ status }) => status === 200).length,
    kills: nemesis.kills,
    survivalMs: longestSurvivalMs(operations),
  };
}

function auditedActions(): ReadonlySet<string> {
  const { rules } = readAccessTable(contract);
  return new Set([...rules.values()].filter(({ audited }) => audited).map(({ method }) => method.name));
}
