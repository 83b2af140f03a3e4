import { execFile } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A log is the longest of what it answers. */
const MAX_BYTES = 64 * 1024 * 1024;
const TIMEOUT_MS = 300_000;
const POLL_MS = 500;

/** A pod, as far as it matters here. */
export interface Pod {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
  readonly status: {
    readonly phase: string;
    readonly containerStatuses?: readonly {
      readonly ready: boolean;
      readonly restartCount: number;
      readonly state: { readonly waiting?: { readonly reason: string } };
    }[];
  };
}

/** The command line client of a cluster, for one namespace. */
export class Kubectl {
  readonly #command: readonly string[];

  /** @param command such as `['kubectl']`, or with what reaches another machine before it */
  constructor(
    command: readonly string[],
    readonly namespace: string,
  ) {
    this.#command = [...command, '--namespace', namespace];
  }

  /** @throws Error with what it wrote when it does not end with 0 */
  async run(...args: readonly string[]): Promise<string> {
    const [program = '', ...first] = this.#command;
    const options = { timeout: TIMEOUT_MS, maxBuffer: MAX_BYTES };
    return (await run(program, [...first, ...args], options)).stdout;
  }

  async apply(objects: readonly object[]): Promise<void> {
    const [program = '', ...first] = this.#command;
    const applying = run(program, [...first, 'apply', '-f', '-'], { timeout: TIMEOUT_MS });
    applying.child.stdin!.end(JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
    await applying;
  }

  /** The pods of a part of the system; those that are ending are not among them. */
  async podsOf(part: string): Promise<readonly Pod[]> {
    const text = await this.run(
      'get',
      'pods',
      '--selector',
      `gatehouse.dev/part=${part}`,
      '--output',
      'json',
    );
    const { items } = JSON.parse(text) as { items: readonly Pod[] };
    return items.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  }

  /** Waits until a Deployment has rolled out and runs this many pods, all of them ready. */
  async settled(deployment: string, replicas: number): Promise<void> {
    await this.run('rollout', 'status', `deployment/${deployment}`, `--timeout=${TIMEOUT_MS / 1_000}s`);
    await this.until(async () => {
      const pods = await this.podsOf(deployment);
      return pods.length === replicas && pods.every(isReady);
    }, `${replicas} replicas of ${deployment}`);
  }

  /** @throws Error naming `what` when it does not come true in time */
  async until(holds: () => Promise<boolean>, what: string): Promise<void> {
    const end = Date.now() + TIMEOUT_MS;
    while (!(await holds())) {
      if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
      await delay(POLL_MS);
    }
  }
}

function isReady({ status }: Pod): boolean {
  return status.containerStatuses?.every(({ ready }) => ready) ?? false;
}
