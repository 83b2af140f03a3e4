import { setTimeout as delay } from 'node:timers/promises';
import { run } from './run.js';

/** As `docker inspect` shows it. */
interface Inspected {
  readonly State: {
    readonly Running: boolean;
    readonly ExitCode: number;
    readonly Health?: { readonly Status: string };
  };
  readonly RestartCount: number;
  readonly NetworkSettings: {
    readonly Networks: Readonly<Record<string, { readonly IPAddress: string; readonly Aliases?: string[] }>>;
  };
}

/** One container of the engine. */
export class Container {
  constructor(readonly id: string) {}

  async inspect(): Promise<Inspected> {
    const [inspected] = JSON.parse(await run(['docker', 'inspect', this.id])) as [Inspected];
    return inspected;
  }

  /** Its address in a network, by the engine's name of that. */
  async addressIn(network: string): Promise<string> {
    const { NetworkSettings } = await this.inspect();
    const address = NetworkSettings.Networks[network]?.IPAddress ?? '';
    if (address === '') throw new Error(`the container ${this.id} is not in ${network}`);
    return address;
  }

  /** SIGKILL to all of its processes. The engine takes that for the wish of a person: it is not restarted. */
  async kill(): Promise<void> {
    await run(['docker', 'kill', this.id]);
    await run(['docker', 'wait', this.id]);
  }

  /** SIGTERM, and SIGKILL after the compose file's 45 s. @returns the exit code */
  async stop(): Promise<number> {
    await run(['docker', 'stop', '--time', '45', this.id]);
    return (await this.inspect()).State.ExitCode;
  }

  /**
   * Starts it again where it was.
   *
   * @param addresses by the engine's name of each network
   */
  async start(addresses: Readonly<Record<string, string>>): Promise<void> {
    const { Networks } = (await this.inspect()).NetworkSettings;
    for (const [network, address] of Object.entries(addresses)) {
      const aliases = (Networks[network]?.Aliases ?? []).flatMap((alias) => ['--alias', alias]);
      await run(['docker', 'network', 'disconnect', network, this.id]);
      await run(['docker', 'network', 'connect', '--ip', address, ...aliases, network, this.id]);
    }
    await run(['docker', 'start', this.id]);
  }

  /** Resolves when it is healthy. @throws Error when it ends instead, or is not so in time */
  async healthy(timeoutMs = 90_000): Promise<void> {
    for (const end = Date.now() + timeoutMs; ; await delay(200)) {
      const { State } = await this.inspect();
      if (State.Health?.Status === 'healthy') return;
      if (!State.Running || Date.now() > end) {
        const log = await run(['docker', 'logs', '--tail', '10', this.id]).catch(String);
        throw new Error(`the container ${this.id} is ${State.Running ? 'not healthy' : 'ended'}: ${log}`);
      }
    }
  }
}
