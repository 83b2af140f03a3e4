/** What the services are called by: frames of HTTP/2 of our own, or grpc-js. */
export const upstreamKinds = ['http2-grpc', 'grpc-js'] as const;

export type UpstreamKind = (typeof upstreamKinds)[number];
