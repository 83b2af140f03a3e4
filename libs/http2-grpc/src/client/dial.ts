import { connect } from 'node:net';
import type { Duplex } from 'node:stream';

/** Where a replica is. */
export interface Address {
  /** An IP address. */
  readonly host: string;
  readonly port: number;
}

/** Makes the sockets of connections. */
export interface Dialer {
  /** What the calls on them are said to go by. */
  readonly scheme: 'http' | 'https';
  /**
   * Returns a socket that is connected when it is resolved, or connects then. What is wrong with it after that it says by
   * its events.
   */
  dial(address: Address): Promise<Duplex> | Duplex;
}

/** In the clear. */
export const plainDialer: Dialer = {
  scheme: 'http',
  dial: ({ host, port }) => connect({ host, port, noDelay: true }),
};

/** How an address is written. */
export function addressText({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
