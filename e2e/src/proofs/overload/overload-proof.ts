import { atLeast, atMost, quantile, told, type Figure } from '@gatehouse/report';
import { runOverload, type OverloadResult } from './run-overload.js';

/** An access token is good for five minutes: that is how long all of it may take. */
const LONG = { peakMs: 15_000, normalMs: 15_000, overloadMs: 60_000, afterMs: 40_000, haltMs: 8_000 };

const GOODPUT = 0.8;
/** Within which those that are taken are answered, by the places there are. */
const ACCEPTED_P99_MS = 2_000;
const RECOVERED_S = 30;
const GROWN_MIB = 64;
const SIGNED_IN = 0.95;
/** By when a request is refused, where nothing else is in the way. */
const REFUSED_MS = 10;

/** Ten times the peak for a minute. */
export async function overloadProof(): Promise<readonly Figure[]> {
  const result = await runOverload(LONG);
  for (const { failures } of [result.normal, result.overload, result.after]) {
    for (const [answer, count] of Object.entries(failures)) console.log(`  ${count} x ${answer}`);
  }
  return figuresOf(result);
}

/** The figures of a run. */
export function figuresOf(result: OverloadResult): readonly Figure[] {
  const { peakPerSecond, normal, overload, after } = result;
  const failed = [normal, overload, after].flatMap(({ seconds }) => seconds.map((second) => second.failed));
  return [
    told('system and callers on cores of their own', result.coresApart ? 1 : 0, ''),
    told('peak: answers', round(peakPerSecond), '1/s'),
    told('normal load: p99', round(normal.accepted.p99Ms), 'ms'),
    told('overload: requests', round(overload.accepted.count + overload.shed.count), ''),
    atLeast(round(GOODPUT * peakPerSecond), 'overload: answers', round(goodput(overload.seconds)), '1/s'),
    atMost(ACCEPTED_P99_MS, 'overload: p99 of those that were taken', round(overload.accepted.p99Ms), 'ms'),
    told('overload: p50 of refusals, at the caller', round(overload.shed.p50Ms), 'ms'),
    told('overload: p99 of refusals, at the caller', round(overload.shed.p99Ms), 'ms'),
    told('overload: p99 of how late the generator was', round(overload.lateP99Ms), 'ms'),
    told('overload: sign-ins', result.signIns, ''),
    atLeast(Math.floor(SIGNED_IN * result.signIns), 'of these succeeded', result.signedIn, ''),
    atMost(RECOVERED_S, 'after it: normal p99 again after', recoveredAfter(result), 's'),
    atMost(0, 'neither answered nor refused', sum(failed), ''),
    told('resources stand still: refusals', result.halted.shed.count, ''),
    atMost(REFUSED_MS, 'resources stand still: p99 of refusals', round(result.halted.shed.p99Ms), 'ms'),
    atMost(0, 'processes that ended', result.ended, ''),
    atMost(GROWN_MIB, 'most that a process grew by', round(result.grownMiB), 'MiB'),
  ];
}

/** Answers a second; the last second may not be a whole one. */
function goodput(seconds: OverloadResult['overload']['seconds']): number {
  const whole = seconds.length > 1 ? seconds.slice(0, -1) : seconds;
  return sum(whole.map(({ accepted }) => accepted)) / whole.length;
}

/** The second from which on p99 is no more than twice the normal one, and nothing is refused. */
function recoveredAfter({ normal, after }: OverloadResult): number {
  const seconds = normal.seconds.map(({ acceptedP99Ms }) => acceptedP99Ms);
  const bound = 2 * quantile(seconds, 0.9);
  return after.seconds.findLastIndex(({ acceptedP99Ms, shed }) => shed > 0 || !(acceptedP99Ms <= bound)) + 1;
}

function sum(values: readonly number[]): number {
  return values.reduce((all, one) => all + one, 0);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
