import { isDeepStrictEqual } from 'node:util';
import { codeName, TranscodingError } from '@gatehouse/transcoding';
import type { Expectation } from './corpus.js';

/** Why a case was not agreed with; undefined where it was. */
export type Disagreement = string | undefined;

/** Compares two values and says how they differ. */
export function differs(what: string, actual: unknown, expected: unknown): Disagreement {
  if (isDeepStrictEqual(actual, expected)) return undefined;
  return `${what} is ${JSON.stringify(actual)}, not ${JSON.stringify(expected)}`;
}

/** The first disagreement of several. */
export function first(...found: readonly Disagreement[]): Disagreement {
  return found.find((disagreement) => disagreement !== undefined);
}

/** Runs a case that may be refused, and compares a refusal with the one that is expected. */
export function judgeRefusal(expect: Expectation, run: () => Disagreement): Disagreement {
  try {
    const disagreement = run();
    return expect.error === undefined
      ? disagreement
      : (disagreement ?? `accepted, not refused with ${expect.error.http}`);
  } catch (error) {
    if (!(error instanceof TranscodingError)) throw error;
    if (expect.error === undefined) return `refused: ${error.reason} ${JSON.stringify(error.violations)}`;
    return first(
      differs('HTTP status', error.httpStatus, expect.error.http),
      differs('gRPC code', codeName(error.code), expect.error.grpc),
    );
  }
}
