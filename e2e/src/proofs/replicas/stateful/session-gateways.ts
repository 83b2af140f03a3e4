import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { SessionGatewayOptions } from './session-gateway-process.js';

const SCRIPT = new URL('session-gateway-process.js', import.meta.url);

/** The replicas of the stateful peer, each a process. */
export class SessionGateways implements AsyncDisposable {
  readonly #replicas = new Map<string, { readonly port: number; child: ChildProcess }>();

  private constructor(private readonly upstream: readonly string[]) {}

  /** @param upstream base URLs of the gateways behind them */
  static async start(upstream: readonly string[], count = 2): Promise<SessionGateways> {
    const gateways = new SessionGateways(upstream);
    for (let number = 1; number <= count; number++) await gateways.#launch(`session gateway ${number}`, 0);
    return gateways;
  }

  get names(): readonly string[] {
    return [...this.#replicas.keys()];
  }

  /** Their base URLs, which they keep. */
  get urls(): readonly string[] {
    return [...this.#replicas.values()].map(({ port }) => `http://127.0.0.1:${port}`);
  }

  /** Ends one as a crash does, and resolves when it has ended. */
  async kill(name: string): Promise<void> {
    const { child } = this.#replica(name);
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  /** Starts one again that has ended. */
  async start(name: string): Promise<void> {
    await this.#launch(name, this.#replica(name).port);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { child } of this.#replicas.values()) if (child.connected) child.disconnect();
  }

  async #launch(name: string, wanted: number): Promise<void> {
    const options: SessionGatewayOptions = { port: wanted, upstream: this.upstream };
    const child = fork(SCRIPT, [JSON.stringify(options)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    const [port] = (await once(child, 'message')) as [number];
    this.#replicas.set(name, { port, child });
  }

  #replica(name: string) {
    const replica = this.#replicas.get(name);
    if (!replica) throw new Error(`there is no ${name}`);
    return replica;
  }
}
