import { expects } from './corpus.js';
import type { AttackCase, Corpus } from './corpus.js';
import type { CorpusKeys } from './corpus-keys.js';
import { decide } from './decision.js';
import type { Decision } from './decision.js';
import { OutboundTrap } from './outbound-trap.js';
import type { CaseResult, ConformanceReport } from './report.js';
import { buildToken } from './token-builder.js';
import { VerifierUnderTest } from './verifier-under-test.js';

/** Most CPU that a refusal may cost, whatever the text. */
const CPU_BUDGET_MS = 5;
/** A measurement above the budget is repeated: what is measured includes garbage collection and compilation. */
const CPU_ATTEMPTS = 5;
/** Size of the storm of unknown key IDs. */
const STORM = 1_000;

/**
 * Runs the cases that the verifier decides alone, each against one verifier that lives through the whole run, so
 * that what it caches of one case meets the next.
 *
 * @param now seconds since the epoch at which the clock stands still
 */
export async function runVerifierCases(
  corpus: Corpus,
  keys: CorpusKeys,
  cases: readonly AttackCase[],
  now: number,
): Promise<ConformanceReport> {
  const subject = new VerifierUnderTest(corpus.profile, now, keys.keySet());
  await subject.keys.refresh();
  const results: CaseResult[] = [];
  const messages = new Set<string>();
  let slowestMs = 0;
  using trap = new OutboundTrap();
  for (const attackCase of cases) {
    const { id, group } = attackCase;
    try {
      const build = () => buildToken(corpus.profile, keys, attackCase.build, now);
      const { decision, cpuMs } = await decideMeasured(subject, build());
      slowestMs = Math.max(slowestMs, cpuMs);
      if (decision.status === 'UNAUTHENTICATED') messages.add(decision.message);
      const fault =
        disagreement(attackCase, decision) ?? (await brokenPromise(attackCase, subject, build, cpuMs, trap));
      results.push({ id, group, verdict: fault === undefined ? 'agreed' : 'failed', detail: fault });
    } catch (error) {
      results.push({ id, group, verdict: 'failed', detail: `could not be run: ${String(error)}` });
    }
  }
  return {
    results,
    figures: [
      atMost('verifier: most CPU of one case', Math.round(slowestMs * 100) / 100, 'ms', CPU_BUDGET_MS),
      atMost('verifier: different texts of a refusal', messages.size, 'texts', 1),
      atMost('verifier: connections opened', trap.count, 'connections', 0),
    ],
  };
}

function atMost(name: string, value: number, unit: string, goal: number) {
  return { name, value, unit, goal: `<= ${goal}`, met: value <= goal };
}

async function decideMeasured(
  subject: VerifierUnderTest,
  text: string,
): Promise<{ decision: Decision; cpuMs: number }> {
  let cpuMs = Infinity;
  let decision: Decision;
  let attempt = 0;
  do {
    const before = process.cpuUsage();
    decision = await decide(subject.verifier, text);
    const { user, system } = process.cpuUsage(before);
    cpuMs = Math.min(cpuMs, (user + system) / 1_000);
  } while (cpuMs > CPU_BUDGET_MS && ++attempt < CPU_ATTEMPTS);
  return { decision, cpuMs };
}

/** How the decision departs from the expected one; undefined when it does not. */
function disagreement({ expected }: AttackCase, { status, reason }: Decision): string | undefined {
  const decision = status === 'OK' ? 'accept' : 'reject';
  if (decision === expected.decision && expects(expected.grpc, status)) return undefined;
  return `expected ${expected.decision} (${String(expected.grpc)}), got ${status}: ${reason}`;
}

/** Checks what a case asserts besides the decision. */
async function brokenPromise(
  { alsoAssert = [] }: AttackCase,
  subject: VerifierUnderTest,
  build: () => string,
  cpuMs: number,
  trap: OutboundTrap,
): Promise<string | undefined> {
  for (const promise of [alsoAssert].flat()) {
    switch (promise) {
      case 'zero outbound HTTP requests':
        if (trap.count > 0) return `${trap.count} connections were opened`;
        break;
      case '< 5 ms CPU':
        if (cpuMs > CPU_BUDGET_MS) return `cost ${cpuMs} ms of CPU`;
        break;
      case '<=1 JWKS refresh per cooldown': {
        const fetches = await fetchesOfStorm(subject, build);
        if (fetches > 1) return `${STORM} access tokens caused ${fetches} fetches`;
        break;
      }
      default:
        return `asserts what is not known here: ${promise}`;
    }
  }
  return undefined;
}

/** Presents freshly built access tokens all at once, after any earlier cooldown is over. */
async function fetchesOfStorm(subject: VerifierUnderTest, build: () => string): Promise<number> {
  const texts = Array.from({ length: STORM }, build);
  subject.age(3_600_000);
  const before = subject.fetches;
  await Promise.all(texts.map((text) => decide(subject.verifier, text)));
  return subject.fetches - before;
}
