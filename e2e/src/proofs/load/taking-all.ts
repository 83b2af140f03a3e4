import type { OwnSystemOptions } from '../../system/own-system.js';

/** Nothing is refused because of it. */
const LOOP_BEHIND_MS = 30_000;

/**
 * Settings for a system that runs beside whatever else its machine does: it refuses nothing because it is slow, so
 * that what fails fails for what the proof does to it.
 */
export const takingAll: NonNullable<OwnSystemOptions['settings']> = async () => {
  const MAX_LOOP_BEHIND_MS = LOOP_BEHIND_MS;
  return {
    auth: { MAX_LOOP_BEHIND_MS, LIMIT_SCALE: 1_000 },
    users: { MAX_LOOP_BEHIND_MS },
    resources: { MAX_LOOP_BEHIND_MS },
    gateway: { MAX_LOOP_BEHIND_MS },
  };
};
