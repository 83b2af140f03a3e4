import type { ServerLimits } from '@gatehouse/http2-grpc';
import { KEPT_MS, parserLimits } from '../http/http-limits.js';

const MIB = 1024 * 1024;

/** What a connection of gRPC may do: times in milliseconds, sizes in bytes. Whoever opens one is a stranger. */
export const nativeLimits: ServerLimits = {
  maxMessage: 4 * MIB,
  maxConcurrentCalls: 100,
  maxHeaderListSize: parserLimits.maxHeaderSize as number,
  connectionWindow: MIB,
  streamWindow: MIB / 4,
  greetingMs: parserLimits.headersTimeout as number,
  // A balancer of connections gives each to one gateway for as long as it lasts: new gateways get calls because old
  // connections end (gRFC A9).
  maxAgeMs: 45_000,
  // Longer than any call.
  maxAgeGraceMs: 35_000,
  maxIdleMs: KEPT_MS,
  noticeMs: 1_000,
  keepalive: { timeMs: 30_000, timeoutMs: 10_000, withoutCalls: true },
};
