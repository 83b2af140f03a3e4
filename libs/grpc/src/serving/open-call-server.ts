import { callInterceptor } from '../call-interceptor.js';
import type { ServedMethod } from '../served-method.js';
import type { Serving } from './call-life.js';
import type { CallServer } from './call-server.js';
import { FramesServer } from './frames-server.js';
import { GrpcJsServer } from './grpc-js-server.js';

/** What a server is made of: frames of HTTP/2 of our own, or grpc-js. */
export const serverKinds = ['http2-grpc', 'grpc-js'] as const;

/** One of {@link serverKinds}. */
export type ServerKind = (typeof serverKinds)[number];

/** @param methods what the contract says of them, by path */
export function openCallServer(
  kind: ServerKind,
  methods: ReadonlyMap<string, ServedMethod>,
  serving: Serving,
): CallServer {
  return kind === 'grpc-js'
    ? new GrpcJsServer([callInterceptor(methods, serving)])
    : new FramesServer(methods, serving);
}
