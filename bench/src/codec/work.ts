import type { Size } from './sample.js';

/** Which way a message goes. */
export type Direction = 'wire to JSON' | 'JSON to wire';

/** What is done in one round. */
export interface Work {
  readonly direction: Direction;
  readonly size: Size;
  /** How many messages. */
  readonly count: number;
}

/** The contestant that is nothing but JSON: what a text costs without wire format. */
export const FLOOR = 'JSON alone';

/** What a contestant makes of one list. */
export interface Made {
  readonly json: string;
  /** In base64. */
  readonly wire: string;
}
