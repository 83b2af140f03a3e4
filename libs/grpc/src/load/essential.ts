import type { MethodRule } from '@gatehouse/access';

/**
 * Whether a method is taken when others are refused: one that is public, as everything is by which somebody signs in or
 * verifies, and one that only services call, as they verify everybody else's calls by what it answers.
 */
export function isEssential(rule: MethodRule): boolean {
  return rule.access === 'public' || !rule.callers.has('user');
}
