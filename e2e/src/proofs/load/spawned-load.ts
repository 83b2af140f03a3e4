import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { FromLoad, ToLoad } from './load-messages.js';
import type { LoadResult, MixedLoadOptions, Pace } from './mixed-load.js';

const SCRIPT = new URL('load-process.js', import.meta.url);

/** A mixed load in a process of its own. */
export class SpawnedLoad implements AsyncDisposable {
  /** How many calls had ended when it last told. */
  count = 0;
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  #result: Promise<LoadResult> | undefined;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#exited = once(child, 'exit');
  }

  /** Starts it; everybody is signed in. @throws Error when that fails: why is on standard error */
  static async start(options: MixedLoadOptions): Promise<SpawnedLoad> {
    const stdio = ['ignore', 'ignore', 'inherit', 'ipc'] as const;
    const child = fork(SCRIPT, [JSON.stringify(options)], { stdio: [...stdio], serialization: 'advanced' });
    const load = new SpawnedLoad(child);
    await load.#heard((message) => 'ready' in message);
    return load;
  }

  /** Begins to load. */
  begin(pace: Pace): void {
    this.#child.on('message', (message: FromLoad) => {
      if ('count' in message) this.count = message.count;
    });
    this.#result = this.#heard((message) => 'result' in message).then(({ result }) => result);
    this.#result.catch(() => undefined); // thrown where the result is asked for
    this.#tell({ run: pace });
  }

  /** Has it send nothing more before its time is over. */
  end(): void {
    this.#tell({ end: true });
  }

  /** What it found, once its time is over and it has read back what it wrote. @throws Error when it failed */
  get result(): Promise<LoadResult> {
    if (!this.#result) throw new Error('the load has not begun');
    return this.#result;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.connected) this.#child.disconnect();
    await this.#exited;
  }

  #tell(message: ToLoad): void {
    this.#child.send(message);
  }

  #heard<Wanted extends FromLoad>(isWanted: (message: FromLoad) => message is Wanted): Promise<Wanted> {
    return new Promise((resolve, reject) => {
      const hear = (message: FromLoad) => {
        if (!isWanted(message)) return;
        this.#child.off('message', hear);
        resolve(message);
      };
      this.#child.on('message', hear);
      void this.#exited.then(() => reject(new Error('the process of the load has ended')));
    });
  }
}
