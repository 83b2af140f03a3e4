import type { DescService } from '@bufbuild/protobuf';
import type { Dialer } from '@gatehouse/http2-grpc';
import type { ChannelCredentials } from '@grpc/grpc-js';

/** A backend and the services that it serves. */
export interface Backend {
  /** `dns:///name:port`, or `ipv4:` or `ipv6:` and the addresses of its replicas. */
  readonly target: string;
  /** How grpc-js reaches it; in the clear unless given. */
  readonly credentials?: ChannelCredentials;
  /** How other clients reach it; in the clear unless given. */
  readonly dialer?: Dialer;
  readonly services: readonly DescService[];
}

/**
 * Somebody waits for each call: a backend that hangs, or a connection that has died without a word, is found out
 * before the 10 s that a call may take, and the calls after that are refused at once.
 */
export const KEEPALIVE = { timeMs: 2_000, timeoutMs: 5_000 };
