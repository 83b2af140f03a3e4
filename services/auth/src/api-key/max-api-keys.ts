/**
 * How many good keys an account may have. Those that were rotated end soon and count apart, up to as many again:
 * who has all of their keys can still rotate each of them.
 */
export const MAX_API_KEYS = 20;
