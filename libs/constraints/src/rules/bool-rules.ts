import { ruleTable, type RuleTable } from '../rule.js';
import { equalityMakers, strictEquality } from './equality.js';

/** The rules of `BoolRules`. */
export const boolRules: RuleTable<boolean> = ruleTable<boolean>({
  const: equalityMakers('bool', strictEquality<boolean>(String)).const,
});
