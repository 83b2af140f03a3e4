import { startOwnSystem, type OwnSystem } from '../../system/own-system.js';
import { TcpProxy } from '../tcp-proxy.js';

/** A system whose users and resources reach auth through a wire that can be broken; the gateways have their own. */
export class PartitionedSystem implements AsyncDisposable {
  private constructor(
    readonly own: OwnSystem,
    private readonly wires: readonly TcpProxy[],
  ) {}

  static async start(): Promise<PartitionedSystem> {
    const wires: TcpProxy[] = [];
    try {
      const own = await startOwnSystem({
        settings: async (ports) => {
          for (const port of [ports.auth, ports.auth2]) wires.push(await TcpProxy.to(`127.0.0.1:${port}`));
          const AUTH_ADDRESS = `ipv4:${wires.map(({ address }) => address).join(',')}`;
          return { users: { AUTH_ADDRESS }, resources: { AUTH_ADDRESS } };
        },
      });
      return new PartitionedSystem(own, wires);
    } catch (error) {
      await end(wires);
      throw error;
    }
  }

  /** From now on nothing gets through, and nobody is told. */
  break(): void {
    for (const wire of this.wires) wire.break();
  }

  heal(): void {
    for (const wire of this.wires) wire.heal();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.own[Symbol.asyncDispose]();
    await end(this.wires);
  }
}

async function end(wires: readonly TcpProxy[]): Promise<void> {
  await Promise.all(wires.map((wire) => wire[Symbol.asyncDispose]()));
}
