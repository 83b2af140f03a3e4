import { ruleTable, whenOn, type RuleTable } from '../rule.js';
import { equalityMakers, strictEquality } from './equality.js';
import { rangeMakers } from './range.js';

type Numeric = number | bigint;

const INTEGERS = [
  'int32',
  'int64',
  'uint32',
  'uint64',
  'sint32',
  'sint64',
  'fixed32',
  'fixed64',
  'sfixed32',
  'sfixed64',
];

/** Integer and floating point rules, by the name of the scalar type. */
export const numberRules: ReadonlyMap<string, RuleTable<never>> = new Map([
  ...INTEGERS.map((family) => [family, ruleTable(makers(family))] as const),
  ...['float', 'double'].map((family) => [family, ruleTable(floatMakers(family))] as const),
]);

function makers(family: string) {
  return {
    ...equalityMakers(family, strictEquality<Numeric>(String)),
    ...rangeMakers<Numeric, Numeric>(family, {
      rank: (value) => value,
      rankOfBound: comparable,
      show: String,
    }),
  };
}

function floatMakers(family: string) {
  const finite = {
    id: `${family}.finite`,
    description: 'must be a finite number',
    holds: Number.isFinite as (value: Numeric) => boolean,
  };
  return { ...makers(family), finite: whenOn<Numeric>(finite) };
}

function comparable(bound: Numeric): Numeric {
  if (Number.isNaN(bound)) throw new Error('no number can be compared with NaN');
  return bound;
}
