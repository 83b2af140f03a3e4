import { atMost, told, type Figure } from '@gatehouse/report';
import type { Ordeal } from './ordeals.js';
import type { LastLine, RequestKind, Second } from './second.js';

/** An ordeal that is over, with the moments between which the load's requests belong to it. */
export interface Phase extends Pick<Ordeal, 'name' | 'isGraceful'> {
  readonly startMs: number;
  readonly endMs: number;
}

/** What the load says of all requests that it made. */
export interface LoadLog {
  readonly seconds: readonly Second[];
  readonly last: LastLine;
}

/** @throws Error when the load did not come to its end */
export function readLoadLog(text: string): LoadLog {
  const lines = text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Second | LastLine);
  const last = lines.pop();
  if (last === undefined || !('lostWrites' in last))
    throw new Error(`the load broke off: ${text.slice(-500)}`);
  return { seconds: lines as Second[], last };
}

const sum = (seconds: readonly Second[], member: 'succeeded' | 'repeated' | 'failed') =>
  seconds.reduce((total, second) => total + second[member], 0);

/** What there is to say of a phase, and what the whole run must show. */
export function figuresOf(phases: readonly Phase[], { seconds, last }: LoadLog): readonly Figure[] {
  return [
    ...phases.flatMap((phase) => ofPhase(phase, seconds)),
    told('requests', sum(seconds, 'succeeded') + sum(seconds, 'failed'), ''),
    told('acknowledged writes', last.acknowledgedWrites, ''),
    atMost(0, 'acknowledged writes lost', last.lostWrites, ''),
  ];
}

function ofPhase({ name, isGraceful, startMs, endMs }: Phase, all: readonly Second[]): readonly Figure[] {
  const seconds = all.filter(({ at }) => at * 1_000 >= startMs && at * 1_000 < endMs);
  const of = (...kinds: readonly RequestKind[]) => seconds.filter(({ kind }) => kinds.includes(kind));
  const reads = of('read');
  const others = of('write', 'sign-in');
  const once = sum(reads, 'repeated');
  const cut = sum(others, 'failed');
  return [
    told(`${name}: took`, Math.round((endMs - startMs) / 1_000), 's'),
    told(`${name}: reads`, sum(reads, 'succeeded') + sum(reads, 'failed'), ''),
    atMost(0, `${name}: reads failed`, sum(reads, 'failed'), ''),
    isGraceful ? atMost(0, `${name}: reads repeated`, once, '') : told(`${name}: reads repeated`, once, ''),
    told(`${name}: writes and sign-ins`, sum(others, 'succeeded') + cut, ''),
    isGraceful
      ? atMost(0, `${name}: writes and sign-ins failed`, cut, '')
      : told(`${name}: writes and sign-ins failed`, cut, ''),
    told(`${name}: slowest`, Math.max(0, ...seconds.map(({ slowestMs }) => slowestMs)), 'ms'),
  ];
}

/** What was met in place of a success, by phase, kind and how often: to find out why. */
export function faultsOf(phases: readonly Phase[], { seconds }: LoadLog): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { at, kind, faults } of seconds) {
    const phase = phases.find(({ startMs, endMs }) => at * 1_000 >= startMs && at * 1_000 < endMs);
    for (const fault of faults) {
      const key = `${phase?.name ?? 'between'}: ${kind}: ${fault}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  return counts;
}
