import type { AttackCase, Corpus } from './corpus.js';
import { CorpusKeys } from './corpus-keys.js';
import { runLiveCases } from './live-cases.js';
import type { StartLiveSystem } from './live-system.js';
import type { CaseResult, ConformanceReport } from './report.js';
import { runKeyStateCase } from './state-case.js';
import { runVerifierCases } from './verifier-cases.js';

/**
 * Runs a corpus of attack cases: what the verifier decides alone against the real verifier, the state of keys
 * against the real key set, and the rest against a running system.
 *
 * @param start how to start that system; without it those cases are not applicable
 */
export async function runTokens(corpus: Corpus, start?: StartLiveSystem): Promise<ConformanceReport> {
  const keys = new CorpusKeys();
  const now = Math.floor(Date.now() / 1_000);
  const alone = corpus.cases.filter(({ layer }) => layer === 'verifier');
  const verifier = await runVerifierCases(corpus, keys, alone, now);

  const keyStates: CaseResult[] = [];
  const remaining: AttackCase[] = [];
  for (const attackCase of corpus.cases.filter(({ layer }) => layer !== 'verifier')) {
    const outcome = await keyStateOutcome(corpus, keys, attackCase, now);
    if (outcome === undefined) {
      remaining.push(attackCase);
    } else {
      const { id, group } = attackCase;
      const agreed = outcome === 'agreed';
      keyStates.push({
        id,
        group,
        verdict: agreed ? 'agreed' : 'failed',
        detail: agreed ? undefined : outcome,
      });
    }
  }
  const live = await runLiveCases(corpus, keys, remaining, start);
  return { results: [...verifier.results, ...keyStates, ...live], figures: verifier.figures };
}

async function keyStateOutcome(
  corpus: Corpus,
  keys: CorpusKeys,
  attackCase: AttackCase,
  now: number,
): Promise<string | undefined> {
  if (attackCase.layer !== 'state') return undefined;
  try {
    return await runKeyStateCase(corpus, keys, attackCase, now);
  } catch (error) {
    return `could not be run: ${String(error)}`;
  }
}
