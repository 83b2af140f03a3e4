import type { ChannelOptions } from '@grpc/grpc-js';
import type { ServerLimits } from '@gatehouse/http2-grpc';

const MIB = 1024 * 1024;

/** The longest a call may run, whatever its caller asked for, in milliseconds; streams have their access token's end. */
export const MAX_CALL_MS = 30_000;

/** The limits of every gRPC server, whatever it is made of. Each is stated here, so that none depends on a default. */
export const frameLimits: ServerLimits = {
  maxMessage: 4 * MIB,
  maxConcurrentCalls: 200,
  maxHeaderListSize: 32 * 1024,
  connectionWindow: MIB,
  streamWindow: MIB / 4,
  greetingMs: 10_000,
  // Where one address stands for all replicas, new ones get traffic because old connections end (gRFC A9): within 60 s,
  // as ages differ by a tenth.
  maxAgeMs: 45_000,
  // Streams go on until then: longer than the access tokens that they end with, of 305 s.
  maxAgeGraceMs: 330_000,
  maxIdleMs: 5 * 60_000,
  noticeMs: 1_000,
  keepalive: { timeMs: 30_000, timeoutMs: 10_000, withoutCalls: true },
};

/** The same for grpc-js, which leaves most of these unlimited or off. */
export const serverLimits: ChannelOptions = {
  'grpc.max_receive_message_length': frameLimits.maxMessage,
  'grpc.max_send_message_length': frameLimits.maxMessage,
  'grpc.max_concurrent_streams': frameLimits.maxConcurrentCalls,
  // Node counts in megabytes; the cap on what one connection may hold.
  'grpc-node.max_session_memory': 16,
  'grpc.max_connection_age_ms': frameLimits.maxAgeMs,
  'grpc.max_connection_age_grace_ms': frameLimits.maxAgeGraceMs,
  'grpc.max_connection_idle_ms': frameLimits.maxIdleMs,
  'grpc.keepalive_time_ms': frameLimits.keepalive.timeMs,
  'grpc.keepalive_timeout_ms': frameLimits.keepalive.timeoutMs,
  'grpc.keepalive_permit_without_calls': 1,
  // Counters for a debugging service that is not served.
  'grpc.enable_channelz': 0,
};
