import type { RoleName } from './roles.js';

/** Who calls in the matrix. */
export const PRINCIPALS = [
  'none',
  'user',
  'editor',
  'admin',
  'owner',
  'stranger',
  'service',
  'client',
  'expired',
  'other audience',
] as const;

export type PrincipalName = (typeof PRINCIPALS)[number];

/** The principals that are people, with the role of each. The rows under test are the owner's. */
export const PEOPLE = {
  /** Has a viewer's share of the owner's resource. */
  user: 'user',
  /** Has an editor's share of it. */
  editor: 'editor',
  admin: 'admin',
  owner: 'editor',
  /** Has the owner's role and nothing of theirs. */
  stranger: 'editor',
} as const satisfies Partial<Record<PrincipalName, RoleName>>;

export type PersonName = keyof typeof PEOPLE;

export const EVERYONE = Object.keys(PEOPLE) as readonly PersonName[];

export function isPerson(principal: PrincipalName): principal is PersonName {
  return principal in PEOPLE;
}
