import type { IncomingHttpHeaders } from 'node:http';
import type { BlockList } from 'node:net';
import { isWithin, readAddress } from '@gatehouse/grpc';

/** A request, of whatever protocol. */
interface AddressedRequest {
  readonly socket: { readonly remoteAddress?: string | undefined };
  readonly headers: IncomingHttpHeaders;
}

/**
 * The address of the client of a request. Every proxy appends to X-Forwarded-For whom it was called by, and whoever
 * calls can put anything before that: so the list is read from its end, for as long as trusted proxies wrote it.
 * `Forwarded` and `X-Real-IP` are not read.
 *
 * @returns the last address in the chain that is no trusted proxy, or where the chain stops making sense the proxy
 *   that said so; '' when the connection is gone already
 */
export function clientAddressOf(request: AddressedRequest, trustedProxies: BlockList): string {
  const peer = peerOf(request.socket, trustedProxies);
  if (!peer.isTrusted) return peer.address;
  let client = peer.address;
  // Node joins the values of repeated headers of this name.
  const said = String(request.headers['x-forwarded-for'] ?? '').split(',');
  while (client !== '' && isWithin(trustedProxies, client)) {
    const before = readAddress(said.pop()?.trim() ?? '');
    if (before === undefined) break;
    client = before;
  }
  return client;
}

/** Who is at the other end of a connection. */
interface Peer {
  readonly address: string;
  readonly isTrusted: boolean;
}

/** A connection has one peer, which is looked at once. */
const PEER = Symbol('peer');

type Connection = AddressedRequest['socket'] & { [PEER]?: Peer };

function peerOf(socket: Connection, trustedProxies: BlockList): Peer {
  return (socket[PEER] ??= readPeer(socket, trustedProxies));
}

function readPeer({ remoteAddress }: Connection, trustedProxies: BlockList): Peer {
  const address = readAddress(remoteAddress?.replace(/%.*$/, '') ?? '') ?? '';
  return { address, isTrusted: address !== '' && isWithin(trustedProxies, address) };
}
