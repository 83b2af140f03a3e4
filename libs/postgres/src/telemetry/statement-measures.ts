import type { Attributes } from '@opentelemetry/api';
import { durations, type DurationSeries } from '@gatehouse/telemetry';
import type { DriverQuery } from '../statement.js';
import { summarize } from './statement-summary.js';

/** What is known of all statements of one text, however often they run. */
export interface MeasuredStatement {
  /** `SELECT account`, which is what its spans are called. */
  readonly spanName: string;
  readonly attributes: Attributes;
  /** How long those took that succeeded. */
  readonly succeeded: DurationSeries;
}

/** Texts that are kept by themselves: one that is put together anew each time would be kept for ever. */
const MAX_TEXTS = 100;

const DURATIONS = durations({
  meter: '@gatehouse/postgres',
  name: 'db.client.operation.duration',
  description: 'Duration of a statement, from its being asked for to its answer',
});

const byTemplate = new WeakMap<readonly string[], MeasuredStatement>();

/** Of those that are no templates, whose parts are another array each time: the ends of transactions most of all. */
const byText = new Map<string, MeasuredStatement>();

/** What is known of a statement that has not begun yet. */
export function measured({ tagged, strings }: DriverQuery): MeasuredStatement {
  return tagged ? measuredTemplate(strings) : measuredText(strings);
}

/** How long those took that failed so. */
export function failed({ attributes }: MeasuredStatement, type: string): DurationSeries {
  return DURATIONS.of({ ...attributes, 'error.type': type });
}

function measuredTemplate(strings: readonly string[]): MeasuredStatement {
  let statement = byTemplate.get(strings);
  if (statement === undefined) {
    statement = measure(strings);
    byTemplate.set(strings, statement);
  }
  return statement;
}

function measuredText(strings: readonly string[]): MeasuredStatement {
  const [text = ''] = strings;
  const known = byText.get(text);
  if (known !== undefined) return known;
  const statement = measure(strings);
  if (byText.size < MAX_TEXTS) byText.set(text, statement);
  return statement;
}

function measure(strings: readonly string[]): MeasuredStatement {
  const { operation, collection } = summarize(strings);
  const named = collection === undefined ? {} : { 'db.collection.name': collection };
  const attributes = { 'db.system.name': 'postgresql', 'db.operation.name': operation, ...named };
  const spanName = collection === undefined ? operation : `${operation} ${collection}`;
  return { spanName, attributes, succeeded: DURATIONS.of(attributes) };
}
