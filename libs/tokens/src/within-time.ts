/**
 * Runs `work` for at most `timeoutMs` milliseconds, also when it ignores its signal.
 *
 * @throws Error when the time is over, or whatever `work` throws
 */
export async function withinTime<T>(
  timeoutMs: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const cause = new Error(`no answer within ${timeoutMs} ms`);
      controller.abort(cause);
      reject(cause);
    }, timeoutMs);
  });
  try {
    return await Promise.race([work(controller.signal), expired]);
  } finally {
    clearTimeout(timer);
  }
}
