/** Where a process sends its traces, and how many. */
export interface TraceTarget {
  readonly url: string;
  /** From 0 to 1. */
  readonly ratio: number;
  readonly followCallers: boolean;
}

/**
 * Where a process sends its traces; undefined for one that sends none.
 *
 * @param followCallers whether callers decide that their traces are recorded: not where strangers call
 */
export function traceTarget(
  { TRACES_URL: url, TRACE_RATIO: ratio }: { readonly TRACES_URL?: string; readonly TRACE_RATIO: number },
  { followCallers }: { readonly followCallers: boolean } = { followCallers: true },
): TraceTarget | undefined {
  return url === undefined ? undefined : { url, ratio, followCallers };
}
