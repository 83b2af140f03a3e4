import { lookup } from 'node:dns/promises';

/** Where a replica takes connections. */
export interface HttpReplica {
  readonly host: string;
  readonly port: number;
}

/** How long looked-up addresses are used, in milliseconds: less than callers of gRPC use theirs. */
const LOOKED_UP_MS = 5_000;

/** How long a replica that failed is asked after the others, in milliseconds. */
const AVOIDED_MS = 5_000;

/** What {@link HttpReplicas} works with. */
export interface HttpReplicasOptions {
  /** Every address of a name. */
  readonly lookUp?: (name: string) => Promise<readonly string[]>;
  /** Milliseconds on a clock that never steps. */
  readonly monotonic?: () => number;
}

/** The replicas of an HTTP port, which are asked in turn. */
export class HttpReplicas {
  readonly #name: string | undefined;
  readonly #lookUp: (name: string) => Promise<readonly string[]>;
  readonly #monotonic: () => number;
  readonly #port: number;
  #known: readonly HttpReplica[];
  #lookedUpAt = -Infinity;
  #turn = 0;
  /** Until when those that failed come last. */
  readonly #avoided = new Map<string, number>();

  /** @param target as `grpcTarget` writes it: `dns:///name:port`, or `ipv4:` or `ipv6:` and the address of each */
  constructor(target: string, options: HttpReplicasOptions = {}) {
    const [scheme = '', rest = ''] = [
      target.slice(0, target.indexOf(':')),
      target.slice(target.indexOf(':') + 1),
    ];
    const members = rest.replace(/^\/*/, '').split(',').map(parse);
    const [first] = members;
    this.#name = scheme === 'dns' ? first?.host : undefined;
    this.#port = first?.port ?? 0;
    this.#known = scheme === 'dns' ? [] : members;
    this.#lookUp = options.lookUp ?? addressesOf;
    this.#monotonic = options.monotonic ?? (() => performance.now());
  }

  /** All of them, the one whose turn it is first; those that failed lately come after the others. */
  async inTurn(): Promise<readonly HttpReplica[]> {
    const replicas = await this.#current();
    const first = replicas.length === 0 ? 0 : this.#turn++ % replicas.length;
    const turned = [...replicas.slice(first), ...replicas.slice(0, first)];
    const now = this.#monotonic();
    const isAvoided = (replica: HttpReplica) => (this.#avoided.get(keyOf(replica)) ?? 0) > now;
    return [...turned.filter((replica) => !isAvoided(replica)), ...turned.filter(isAvoided)];
  }

  /** A replica did not take a connection, or did not answer. */
  failed(replica: HttpReplica): void {
    this.#avoided.set(keyOf(replica), this.#monotonic() + AVOIDED_MS);
  }

  /** @throws Error when a name that was never found is not found */
  async #current(): Promise<readonly HttpReplica[]> {
    const now = this.#monotonic();
    if (this.#name === undefined || now - this.#lookedUpAt < LOOKED_UP_MS) return this.#known;
    try {
      const addresses = await this.#lookUp(this.#name);
      this.#known = addresses.map((host) => ({ host, port: this.#port }));
      this.#lookedUpAt = now;
      this.#avoided.clear();
    } catch (error) {
      // A name server that is away takes nothing from those that are known.
      if (this.#known.length === 0) throw error;
    }
    return this.#known;
  }
}

async function addressesOf(name: string): Promise<readonly string[]> {
  return (await lookup(name, { all: true })).map(({ address }) => address);
}

function keyOf({ host, port }: HttpReplica): string {
  return `${host} ${port}`;
}

/** `host:port`; an IPv6 address stands in brackets. */
function parse(authority: string): HttpReplica {
  const at = authority.lastIndexOf(':');
  return { host: authority.slice(0, at).replace(/^\[|\]$/g, ''), port: Number(authority.slice(at + 1)) };
}
