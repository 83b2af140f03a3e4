import type { ChannelOptions } from '@grpc/grpc-js';

const MIB = 1024 * 1024;

/** The longest a call may run, whatever its caller asked for, in milliseconds; streams have their access token's end. */
export const MAX_CALL_MS = 30_000;

/**
 * The limits of every gRPC server. grpc-js leaves most of these unlimited or
 * off; each is stated here, so that none depends on a default.
 */
export const serverLimits: ChannelOptions = {
  'grpc.max_receive_message_length': 4 * MIB,
  'grpc.max_send_message_length': 4 * MIB,
  'grpc.max_concurrent_streams': 200,
  // Node counts in megabytes; the cap on what one connection may hold.
  'grpc-node.max_session_memory': 16,
  // Where one address stands for all replicas, new ones get traffic because old connections end (gRFC A9): within 60 s,
  // as grpc-js makes ages differ by a tenth.
  'grpc.max_connection_age_ms': 45_000,
  // Streams go on until then: longer than the access tokens that they end with, of 305 s.
  'grpc.max_connection_age_grace_ms': 330_000,
  'grpc.max_connection_idle_ms': 5 * 60_000,
  'grpc.keepalive_time_ms': 30_000,
  'grpc.keepalive_timeout_ms': 10_000,
  'grpc.keepalive_permit_without_calls': 1,
  // Counters for a debugging service that is not served.
  'grpc.enable_channelz': 0,
};
