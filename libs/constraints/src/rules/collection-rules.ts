import { ScalarType, type DescField } from '@bufbuild/protobuf';
import { entryCount, type MapValue } from '../map-value.js';
import { ruleTable, type RuleMaker, type RuleTable } from '../rule.js';
import { sizeMaker } from './size.js';

type List = readonly unknown[];
type ListField = DescField & { fieldKind: 'list' };

/** The rules of `RepeatedRules` about the list as a whole. */
export function repeatedRules(field: ListField): RuleTable<List> {
  return ruleTable<List>({
    min_items: sizeMaker('repeated.min_items', ['must have at least', 'item(s)'], (v, n) => v.length >= n),
    max_items: sizeMaker('repeated.max_items', ['must have at most', 'item(s)'], (v, n) => v.length <= n),
    unique: uniqueMaker(field),
  });
}

/** The rules of `MapRules` about the map as a whole. */
export const mapRules: RuleTable<MapValue> = ruleTable<MapValue>({
  min_pairs: sizeMaker('map.min_pairs', ['must have at least', 'entries'], (v, n) => entryCount(v) >= n),
  max_pairs: sizeMaker('map.max_pairs', ['must have at most', 'entries'], (v, n) => entryCount(v) <= n),
});

function uniqueMaker(field: ListField): RuleMaker<List> {
  return (on: boolean) => {
    if (!on) return [];
    if (field.listKind === 'message') throw new Error('messages are not compared');
    const isBytes = field.listKind === 'scalar' && field.scalar === ScalarType.BYTES;
    const holds = isBytes ? (list: List) => distinct(list.map(bytesKey)) : distinct;
    return [{ id: 'repeated.unique', description: 'must have no item twice', holds }];
  };
}

/** A set takes NaN for equal to itself; two of them are two items. */
function distinct(list: List): boolean {
  const seen = new Set<unknown>();
  for (const item of list) {
    if (seen.has(item) && !Number.isNaN(item)) return false;
    seen.add(item);
  }
  return true;
}

function bytesKey(bytes: unknown): string {
  return Buffer.from(bytes as Uint8Array).toString('latin1');
}
