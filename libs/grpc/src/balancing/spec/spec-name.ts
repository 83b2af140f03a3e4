import { promises as dns, type LookupAddress } from 'node:dns';
import { jest } from '@jest/globals';

/** A name of the domain name system, for as long as a spec runs. */
export class SpecName {
  /** Whether it can be looked up. */
  isKnown = true;
  /** How often it was looked up. */
  lookUps = 0;

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
    jest.spyOn(dns, 'lookup').mockImplementation(answer as unknown as typeof dns.lookup);
  }

  forget(): void {
    jest.restoreAllMocks();
  }
}
