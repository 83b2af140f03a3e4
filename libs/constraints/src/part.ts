import type { DescMessage } from '@bufbuild/protobuf';
import type { Check } from './check.js';

/**
 * One part of the check of a message type: a field, a oneof. Message types
 * refer to each other, in circles too, so a part is planned without the check
 * of the message inside of it and built when that is known.
 */
export interface Part {
  /** The message type inside of the field, if it is of one. */
  readonly target: DescMessage | undefined;
  /**
   * @param nested the check of `target`, undefined when it has no constraints
   * @returns a check of the whole message, undefined when there is nothing to check
   */
  readonly build: (nested: Check | undefined) => Check | undefined;
}
