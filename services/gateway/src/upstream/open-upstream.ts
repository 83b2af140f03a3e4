import type { Backend } from './backend.js';
import { GrpcUpstream } from './grpc-upstream.js';
import { Http2Upstream } from './http2-upstream.js';
import type { Upstream } from './upstream.js';
import type { UpstreamKind } from './upstream-kind.js';

/** @param backends which service is where */
export function openUpstream(kind: UpstreamKind, backends: readonly Backend[]): Upstream {
  return kind === 'grpc-js' ? new GrpcUpstream(backends) : new Http2Upstream(backends);
}
