/**
 * How long to wait for what the system brings about by itself, in milliseconds: a safety net, not an expectation.
 * The longest that it takes on purpose is what an event of the outbox stays with a holder that was killed, 15 s.
 */
export const PATIENCE_MS = 60_000;
