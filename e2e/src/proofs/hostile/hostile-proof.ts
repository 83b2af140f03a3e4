import { atMost, told, type Figure } from '@gatehouse/report';
import { NOBODY } from './attacks.js';
import { growthPercent, typicalP99 } from './growth.js';
import { runHostile, type AttackResult } from './run-hostile.js';

/** As many windows before and after an attack together as meanwhile. */
const LONG = { attackMs: 60_000, quietMs: 30_000, windowMs: 10_000, warmUpMs: 20_000, settleMs: 2_000 };

const P99_GROWTH_PERCENT = 20;
const GROWN_MIB = 32;
const CLOSED_MS = 10_000;

/** Each way of doing harm for a minute, beside others who call, and a minute of none. */
export async function hostileProof(): Promise<readonly Figure[]> {
  const { coresApart, results } = await runHostile(LONG);
  const apart = told('system and callers on cores of their own', coresApart ? 1 : 0, '');
  return [apart, ...results.flatMap(figuresOf)];
}

/** The figures of one attack. */
export function figuresOf({ name, attack, quiet, others, grownMiB, ended }: AttackResult): readonly Figure[] {
  const growth = round(growthPercent(quiet, others.windows));
  const grown = `${name}: p99 of others, growth`;
  const refused = others.shed.count + Object.values(others.failures).reduce((all, one) => all + one, 0);
  const { longestOpenMs } = attack;
  return [
    told(`${name}: how often`, attack.done, ''),
    told(`${name}: CPU of the attacker`, round(attack.cpuPercent), '%'),
    told(`${name}: p99 of others, before and after`, round(typicalP99(quiet)), 'ms'),
    told(`${name}: p99 of how late others were sent`, round(others.lateP99Ms), 'ms'),
    name === NOBODY ? told(grown, growth, '%') : atMost(P99_GROWTH_PERCENT, grown, growth, '%'),
    atMost(0, `${name}: errors of others`, refused, ''),
    atMost(GROWN_MIB, `${name}: most that a process grew by`, round(grownMiB), 'MiB'),
    atMost(0, `${name}: processes that ended`, ended, ''),
    ...(longestOpenMs === undefined
      ? []
      : [atMost(CLOSED_MS, `${name}: longest that a connection was open`, round(longestOpenMs), 'ms')]),
  ];
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
