import { type ChildProcess, spawn } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { StartFault } from './start-fault.js';

export interface ChildServiceOptions {
  readonly name: string;
  /** The script that Node runs. */
  readonly main: string;
  /** How large its heap may become: half of what a container of it has, as in the images. */
  readonly heapMiB: number;
  readonly environment: Readonly<Record<string, string>>;
  /** Gets everything that the service writes; begun anew each time. */
  readonly logFile: string;
  /** Answers 200 once the service is ready. */
  readonly readyUrl: string;
}

/** How a process ended: one of the two is null. */
export interface ChildExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** How long a service may take to become ready: migrations are done, so this is Node and a key set. */
const READY_TIMEOUT_MS = 60_000;
/**
 * How V8 collects, as in the images: the young generation by the size of a half in MiB (ADR 0038), what is in it (0044) and who
 * collects it (0047), by how much the whole may grow before it is collected (0051), that a gateway may ask for it (0052), and
 * how many threads work beside the main one (0049).
 */
const COLLECTION = [
  '--max-semi-space-size=8',
  '--no-allocation-site-pretenuring',
  '--no-parallel-scavenge',
  '--heap-growing-percent=30',
  '--expose-gc',
  '--v8-pool-size=1',
];
const SOURCE_MAPS = new URL('./own-source-maps.js', import.meta.url).href;
const TAIL_LINES = 12;
/** Longer than the services' own drain in development. */
const STOP_TIMEOUT_MS = 8_000;

/** A service as a child process. It ends itself when the channel to us closes, so killing us leaves nothing. */
export class ChildService {
  /** Settles only if it ends without having been told to. */
  readonly endedByItself: Promise<void>;
  private readonly exited: Promise<ChildExit>;
  private hasExited = false;
  private isTold = false;

  private constructor(
    private readonly child: ChildProcess,
    readonly options: ChildServiceOptions,
  ) {
    this.exited = new Promise((resolve) => {
      const done = (exit: ChildExit) => {
        this.hasExited = true;
        resolve(exit);
      };
      child.once('exit', (code, signal) => done({ code, signal }));
      child.once('error', () => done({ code: null, signal: null }));
    });
    this.endedByItself = new Promise((resolve) => {
      void this.exited.then(() => {
        if (!this.isTold) resolve();
      });
    });
  }

  static async start(options: ChildServiceOptions): Promise<ChildService> {
    const log = await open(options.logFile, 'w');
    try {
      const flags = [`--max-old-space-size=${options.heapMiB}`, ...COLLECTION, '--import', SOURCE_MAPS];
      const child = spawn(process.execPath, [...flags, options.main], {
        env: options.environment,
        stdio: ['ignore', log.fd, log.fd, 'ipc'],
        detached: true, // Ctrl-C in a terminal goes to its whole group; the order of the end is ours
      });
      return new ChildService(child, options);
    } finally {
      await log.close();
    }
  }

  /** @throws StartFault when it ends first or takes too long */
  async ready(signal: AbortSignal): Promise<void> {
    const deadline = performance.now() + READY_TIMEOUT_MS;
    while (!signal.aborted) {
      if (this.hasExited) throw await this.fault('ended before it was ready');
      if (await this.answers()) return;
      if (performance.now() > deadline)
        throw await this.fault(`was not ready within ${READY_TIMEOUT_MS / 1_000} s`);
      await Promise.race([delay(50), this.exited]);
    }
  }

  /** What happened, and the end of its log. */
  async fault(what: string): Promise<StartFault> {
    const { name, logFile } = this.options;
    const text = await readFile(logFile, 'utf8').catch(() => '');
    const tail = text.trimEnd().split('\n').slice(-TAIL_LINES);
    return new StartFault(
      [`${name} ${what}. The end of ${logFile}:`, ...tail.map((line) => `  ${line}`)].join('\n'),
    );
  }

  /** SIGTERM, and SIGKILL to what is still there after the bound. */
  async stop(): Promise<void> {
    this.signal('SIGTERM');
    const timer = setTimeout(() => this.signal('SIGKILL'), STOP_TIMEOUT_MS);
    await this.exited;
    clearTimeout(timer);
  }

  /** Sends a signal and waits for the end, however long it takes. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<ChildExit> {
    this.signal(signal);
    return this.exited;
  }

  /** @throws StartFault when it could not be started */
  get pid(): number {
    if (this.child.pid === undefined) throw new StartFault(`${this.options.name} could not be started.`);
    return this.child.pid;
  }

  get isAlive(): boolean {
    return !this.hasExited;
  }

  private signal(signal: NodeJS.Signals): void {
    this.isTold = true;
    if (!this.hasExited) this.child.kill(signal);
  }

  private async answers(): Promise<boolean> {
    try {
      const response = await fetch(this.options.readyUrl, { signal: AbortSignal.timeout(1_000) });
      await response.body?.cancel();
      return response.ok;
    } catch {
      return false;
    }
  }
}
