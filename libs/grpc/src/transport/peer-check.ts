import type { TLSSocket } from 'node:tls';
import type { Logger } from '@gatehouse/telemetry';
import { isCertificateOf } from './certificate-name.js';
import type { CallerName } from './who-calls-whom.js';

/** How long a caller may take to prove itself, in milliseconds. */
export const HANDSHAKE_MS = 5_000;

/** Tells by its certificate who is at the far end of a connection, and logs whoever has no business there. */
export class PeerCheck {
  constructor(
    private readonly callers: readonly CallerName[],
    private readonly log: Pick<Logger, 'warn'>,
  ) {}

  /** @returns undefined for one that may not connect */
  callerAt(socket: TLSSocket): CallerName | undefined {
    const certificate = socket.getPeerX509Certificate();
    const caller = certificate && this.callers.find((name) => isCertificateOf(name, certificate));
    if (!caller) this.#tell(socket, 'CALLER_NOT_ADMITTED', certificate?.subjectAltName);
    return caller;
  }

  /** Ends a connection whose handshake failed. */
  refuse(error: NodeJS.ErrnoException, socket: TLSSocket): void {
    this.#tell(socket, String(socket.authorizationError ?? error.code ?? error.message));
    // Node leaves a socket open whose time is over.
    socket.destroy();
  }

  #tell(socket: TLSSocket, cause: string, names?: string): void {
    this.log.warn({ peer: addressOf(socket), cause, names }, 'a connection was refused');
  }
}

/** `address:port` of the far end; undefined once the socket has let go of its connection. */
export function addressOf({ remoteAddress, remotePort }: TLSSocket): string | undefined {
  return remoteAddress === undefined ? undefined : `${remoteAddress}:${remotePort}`;
}
