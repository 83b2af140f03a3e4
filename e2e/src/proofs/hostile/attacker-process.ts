// The attacker: a process of its own, so that what it costs is not the system's.
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

async function attack({ name, isHarmless, target, forMs }: AttackOrder): Promise<AttackReport> {
  const run = (isHarmless ? HARMLESS : ATTACKS).get(name);
  if (!run) throw new Error(`there is no attack ${name}`);
  return run(target, AbortSignal.timeout(forMs));
}

process.on('message', (order: AttackOrder) => {
  void attack(order).then((report) => process.send?.(report));
});
process.on('disconnect', () => process.exit());
