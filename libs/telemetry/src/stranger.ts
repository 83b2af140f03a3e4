import { createContextKey, type Context } from '@opentelemetry/api';

const STRANGER = createContextKey('gatehouse.stranger');

/** Returns the parent of a span where a stranger says what it is: whether the trace is recorded is not theirs to decide. */
export function toldByStranger(parent: Context): Context {
  return parent.setValue(STRANGER, true);
}

/** Whether a stranger says what the parent of a span is. */
export function isToldByStranger(parent: Context): boolean {
  return parent.getValue(STRANGER) === true;
}
