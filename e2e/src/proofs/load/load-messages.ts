import type { LoadResult, Pace } from './mixed-load.js';

/** What the process of a load is told. */
export type ToLoad = { readonly run: Pace } | { readonly end: true };

/** What it says. */
export type FromLoad =
  { readonly ready: true } | { readonly count: number } | { readonly result: LoadResult };
