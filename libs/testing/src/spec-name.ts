import { promises as dns, type LookupAddress } from 'node:dns';

/** A name of the domain name system, and the only one, for as long as a spec runs. */
export class SpecName {
  /** Whether it can be looked up. */
  isKnown = true;
  /** How often it was looked up. */
  lookUps = 0;
  readonly #lookup = dns.lookup;

  constructor(
    readonly name: string,
    /** What it stands for: IPv4 addresses. */
    public hosts: readonly string[],
  ) {
    const answer = async (asked: string): Promise<LookupAddress[]> => {
      this.lookUps++;
      if (!this.isKnown || asked !== this.name) throw new Error(`getaddrinfo ENOTFOUND ${asked}`);
      return this.hosts.map((address) => ({ address, family: 4 }));
    };
    dns.lookup = answer as unknown as typeof dns.lookup;
  }

  forget(): void {
    dns.lookup = this.#lookup;
  }
}
