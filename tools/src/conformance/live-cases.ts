import { expects } from './corpus.js';
import type { AttackCase, Corpus, Members } from './corpus.js';
import type { CorpusKeys } from './corpus-keys.js';
import type { LiveSystem, Observation, StartLiveSystem } from './live-system.js';
import type { CaseResult } from './report.js';
import { buildToken } from './token-builder.js';
import { sendCase } from './transport-case.js';

/**
 * Runs the cases that need a running system: every transport and authorization case, and the state cases that
 * are about more than keys.
 *
 * @param start undefined when there is no system to run them against: all are then not applicable
 */
export async function runLiveCases(
  corpus: Corpus,
  keys: CorpusKeys,
  cases: readonly AttackCase[],
  start: StartLiveSystem | undefined,
): Promise<CaseResult[]> {
  if (start === undefined || cases.length === 0) {
    return cases.map((attackCase) => notApplicable(attackCase, 'needs a running system'));
  }
  const { issuer, audience } = corpus.profile;
  await using system = await start({ issuer, audience, keySet: keys.keySet() });
  const results: CaseResult[] = [];
  for (const attackCase of restoresLast(cases))
    results.push(await runLiveCase(corpus, keys, attackCase, system));
  return results;
}

/** A restored database has other signing keys: nothing can be presented to the system after that case. */
function restoresLast(cases: readonly AttackCase[]): readonly AttackCase[] {
  const restores = ({ precondition = [] }: AttackCase) => precondition.includes('db:restore');
  return [...cases.filter((one) => !restores(one)), ...cases.filter(restores)];
}

async function runLiveCase(
  corpus: Corpus,
  keys: CorpusKeys,
  attackCase: AttackCase,
  system: LiveSystem,
): Promise<CaseResult> {
  const { id, group, expected } = attackCase;
  try {
    // Issued at the moment: the system goes by the real clock.
    const build = (claims: Members = {}) => {
      // What a method without a permission asks for: that it is a person's own.
      const own = { op: 'claims', set: { credential: 'session', ...claims } };
      const operations = [own, ...attackCase.build];
      return buildToken(corpus.profile, keys, operations, Math.floor(Date.now() / 1_000));
    };
    const seen =
      attackCase.layer === 'transport'
        ? await sendCase(attackCase, build(), system)
        : await system.play(attackCase, build);
    if ('notApplicable' in seen) return notApplicable(attackCase, seen.notApplicable);
    const fault = disagreement(expected, seen);
    return { id, group, verdict: fault === undefined ? 'agreed' : 'failed', detail: fault };
  } catch (error) {
    return { id, group, verdict: 'failed', detail: `could not be run: ${String(error)}` };
  }
}

function disagreement(expected: AttackCase['expected'], seen: Observation): string | undefined {
  if (seen.grpc === undefined && seen.http === undefined) return 'nothing was observed';
  if (seen.grpc !== undefined && !expects(expected.grpc, seen.grpc)) {
    return `expected gRPC ${String(expected.grpc)}, got ${seen.grpc}`;
  }
  if (seen.http !== undefined && expected.http !== undefined && !expects(expected.http, seen.http)) {
    return `expected HTTP ${String(expected.http)}, got ${seen.http}`;
  }
  return undefined;
}

function notApplicable({ id, group }: AttackCase, detail: string): CaseResult {
  return { id, group, verdict: 'not applicable', detail };
}
