/** Lets a loop sleep until there may be something to do, without missing a call that came while it worked. */
export class WakeSignal {
  private pending = false;
  private wakeUp: (() => void) | undefined;

  wake(): void {
    this.pending = true;
    this.wakeUp?.();
  }

  /** Resolves at the next `wake`, at once if there was one since the last sleep, or after `timeoutMs`. */
  async sleep(timeoutMs: number): Promise<void> {
    if (!this.pending) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, timeoutMs);
        this.wakeUp = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.pending = false;
    this.wakeUp = undefined;
  }
}
