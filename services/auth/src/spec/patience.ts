/**
 * Bound on a call, in milliseconds: passwords are hashed behind everything else, and on a busy machine everything else
 * never ends.
 */
export const PATIENCE_MS = 60_000;
