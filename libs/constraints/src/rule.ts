/** One rule of one field, ready to be asked about values of type `T`. */
export interface Rule<T> {
  /** The id of the standard rule: `string.min_len`. */
  readonly id: string;
  /** What the rule asks for, as a sentence to the caller. It never quotes the value. */
  readonly description: string;
  readonly holds: (value: T) => boolean;
}

/** The settings of one rules message, such as `StringRules`, by their proto names. */
export type Settings = ReadonlyMap<string, unknown>;

/**
 * Makes the rules of one setting. `setting` has the type that the descriptor
 * of the rules message gives it; a setting that cannot be enforced throws.
 */
export type RuleMaker<T> = (setting: never, all: Settings) => readonly Rule<T>[];

/** What is supported of one rules message: the makers, by the names of the settings. */
export type RuleTable<T> = ReadonlyMap<string, RuleMaker<T>>;

/** A table that is written as an object. */
export function ruleTable<T>(makers: Readonly<Record<string, RuleMaker<T>>>): RuleTable<T> {
  return new Map(Object.entries(makers));
}

/** A rule that is either on or off, such as `string.uuid`; off is no rule. */
export function whenOn<T>(...rules: readonly Rule<T>[]): RuleMaker<T> {
  return (on: boolean) => (on ? rules : []);
}
