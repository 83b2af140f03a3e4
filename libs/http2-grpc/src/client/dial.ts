import { connect } from 'node:net';
import type { Duplex } from 'node:stream';

/** Where a replica is. */
export interface Address {
  /** An IP address. */
  readonly host: string;
  readonly port: number;
}

/**
 * Makes the socket of a connection. It is connected when it is resolved, or connects then; what is wrong with it later
 * it says by its events.
 */
export type Dial = (address: Address) => Promise<Duplex> | Duplex;

/** In the clear. */
export const dialPlain: Dial = ({ host, port }) => connect({ host, port, noDelay: true });

/** How an address is written. */
export function addressText({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
