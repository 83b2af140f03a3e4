import { InvalidKeySet, KeySet, TokenRejected, verifyCompactJws } from '@gatehouse/tokens';
import type { CaseResult, ConformanceReport } from './report.js';

/** A file of signature cases: one call each of a verifier with a text and a key. */
export interface JwsVectors {
  readonly cases: readonly JwsVector[];
}

export interface JwsVector {
  readonly id: string;
  readonly group: string;
  readonly comment: string;
  readonly keyType: 'jwk' | 'jwks';
  /** A JWK, or a JWK Set. */
  readonly key: object;
  readonly token: string;
  readonly expected: 'accept' | 'reject' | 'skip';
  /** Why the data contradict themselves. */
  readonly override?: string;
}

/**
 * Runs signature cases through the key admission and the signature layer that access tokens go through.
 *
 * A case of an algorithm that Gatehouse does not allow must be refused here whatever is right about its signature:
 * where acceptance is expected it is therefore not applicable, and still fails if it is accepted. How many of the
 * agreed refusals that one rule explains is a figure of its own, so that they do not pass for more than they are.
 */
export function runJws(vectors: JwsVectors): ConformanceReport {
  const results: CaseResult[] = [];
  let refusedByAlgorithm = 0;
  for (const vector of vectors.cases) {
    try {
      const refusal = refusalOf(vector);
      const result = judge(vector, refusal);
      results.push(result);
      if (result.verdict === 'agreed' && refusal === 'ALGORITHM_NOT_ALLOWED') refusedByAlgorithm++;
    } catch (error) {
      const { id, group } = vector;
      results.push({ id, group, verdict: 'failed', detail: `could not be run: ${String(error)}` });
    }
  }
  const name = 'agreed refusals explained by the algorithm alone';
  return {
    results,
    figures: [{ name, value: refusedByAlgorithm, unit: 'cases', goal: 'none', met: true }],
  };
}

function judge(
  { id, group, comment, token, expected, override }: JwsVector,
  refusal: string | undefined,
): CaseResult {
  if (expected === 'skip') {
    return { id, group, verdict: 'not applicable', detail: `contradictory data: ${override ?? comment}` };
  }
  const decision = refusal === undefined ? 'accept' : 'reject';
  const algorithm = algorithmOf(token);
  if (expected === 'accept' && decision === 'reject' && algorithm !== 'ES256') {
    return { id, group, verdict: 'not applicable', detail: `algorithm not on the allow-list: ${algorithm}` };
  }
  if (decision === expected && (decision === 'reject' || algorithm === 'ES256')) {
    return { id, group, verdict: 'agreed' };
  }
  return {
    id,
    group,
    verdict: 'failed',
    detail: `${comment}: expected ${expected}, got ${refusal ?? 'accept'}`,
  };
}

/** Why the case is refused; undefined when it is accepted. Errors that are no refusal are passed on. */
function refusalOf({ keyType, key, token }: JwsVector): string | undefined {
  try {
    verifyCompactJws(token, KeySet.from(keyType === 'jwks' ? key : { keys: [key] }));
    return undefined;
  } catch (error) {
    if (error instanceof TokenRejected) return error.reason;
    if (error instanceof InvalidKeySet) return `key set refused: ${error.message}`;
    throw error;
  }
}

/** The algorithm that a text names, read as leniently as possible: it decides only how a case is counted. */
function algorithmOf(token: string): string {
  try {
    const header = Buffer.from(token.split('.')[0] ?? '', 'base64url').toString();
    return String((JSON.parse(header) as { alg?: unknown }).alg);
  } catch {
    return 'none readable';
  }
}
