import type { AccessTable } from '@gatehouse/access';
import type { Expectations } from './expectation.js';

/** What keeps the matrix from being complete: methods without an expectation, and expectations without a method. */
export function expectationFaults({ rules }: AccessTable, expectations: Expectations): string[] {
  const missing = [...rules.keys()].filter((path) => !Object.hasOwn(expectations, path));
  const stale = Object.keys(expectations).filter((path) => !rules.has(path));
  return [
    ...missing.map((path) => `${path} has no expectation: add one to src/matrix/expectations`),
    ...stale.map((path) => `${path} is not in the contract`),
  ];
}
