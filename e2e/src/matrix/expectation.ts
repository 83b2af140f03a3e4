import type { Json } from '../client/json.js';
import type { Outcome } from '../client/outcome.js';
import type { Person } from '../client/person.js';
import type { PersonName, PrincipalName } from './principals.js';
import type { World } from './world.js';

/** What a request may be made from. */
export interface Scene {
  readonly world: World;
  readonly principal: PrincipalName;
  /** The person who calls; undefined when the principal is none. */
  readonly caller: Person | undefined;
}

/**
 * What a method of the contract is called with, and what its rows add to its rule. Everything else that the matrix
 * expects is derived from the rule.
 */
export interface Expectation {
  /** A request that is sound, and fresh where the call uses up what it names. In canonical JSON. */
  readonly request: (scene: Scene) => Json | Promise<Json>;
  /** What people get who pass the rule, where the method decides by the row. OK unless named. */
  readonly rows?: Readonly<Partial<Record<PersonName, Outcome>>>;
  /** What everyone gets who passes the rule, where a request that succeeds takes more than the caller has. */
  readonly outcome?: Outcome;
  /** Whom a successful call leaves unfit for further cells; someone new with the same role calls instead. */
  readonly spends?: readonly PersonName[];
}

/** Expectations by gRPC path. */
export type Expectations = Readonly<Record<string, Expectation>>;
