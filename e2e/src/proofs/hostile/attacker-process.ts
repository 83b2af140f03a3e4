// The attacker: a process of its own, so that what it costs is not the system's.
import { constants, setPriority } from 'node:os';
import type { AttackReport, Target } from './attack.js';
import { ATTACKS, HARMLESS } from './attacks.js';

/** What the attacker is told to do. */
export interface AttackOrder {
  readonly name: string;
  /** Whether it is to do the same without the harm. */
  readonly isHarmless: boolean;
  readonly target: Target;
  readonly forMs: number;
}

/** What came of it. */
export interface AttackerReport extends AttackReport {
  /** How much of its core the attacker took: below all of it, it was held up by nothing. */
  readonly cpuPercent: number;
}

async function attack({ name, isHarmless, target, forMs }: AttackOrder): Promise<AttackerReport> {
  const run = (isHarmless ? HARMLESS : ATTACKS).get(name);
  if (!run) throw new Error(`there is no attack ${name}`);
  const before = process.cpuUsage();
  const report = await run(target, AbortSignal.timeout(forMs));
  const { user, system } = process.cpuUsage(before);
  return { ...report, cpuPercent: (user + system) / (forMs * 10) };
}

// Whoever measures shares this core. An attacker that kept it from its turn would seem to harm others; behind it, it has
// all that is left, which is nearly all.
setPriority(constants.priority.PRIORITY_LOW);
process.on('message', (order: AttackOrder) => {
  void attack(order).then((report) => process.send?.(report));
});
process.on('disconnect', () => process.exit());
