import type { z } from 'zod';
import type { loadSettings } from './service-settings.js';

type LoadSettings = { readonly [Name in keyof typeof loadSettings]: z.output<(typeof loadSettings)[Name]> };

/** How much a service takes on at once, in the form that its gate has it. */
export function loadLimits({ MAX_IN_FLIGHT, MAX_LOOP_BEHIND_MS }: LoadSettings): {
  maxInFlight: number;
  maxLoopBehindMs: number;
} {
  return { maxInFlight: MAX_IN_FLIGHT, maxLoopBehindMs: MAX_LOOP_BEHIND_MS };
}
