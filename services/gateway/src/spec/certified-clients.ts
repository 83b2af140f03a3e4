import type { DescMessage, DescMethod, DescMethodStreaming, DescMethodUnary } from '@bufbuild/protobuf';
import { ConnectError, type Transport } from '@connectrpc/connect';
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from '@connectrpc/connect-node';
import { ErrorInfo } from '@gatehouse/contracts/rpc';
import { FEED_SERVICE } from './feed-contract.js';
import type { FeedGateway } from './feed-gateway.js';

export type Unary = DescMethodUnary<DescMessage, DescMessage>;
export type Streaming = DescMethodStreaming<DescMessage, DescMessage>;

/** The clients of connectrpc, which are certified, in every protocol that is called by the names of methods. */
export const transports: readonly [protocol: string, open: (baseUrl: string) => Transport][] = [
  ['Connect in JSON', (baseUrl) => createConnectTransport({ baseUrl, httpVersion: '1.1' })],
  [
    'Connect in wire format',
    (baseUrl) => createConnectTransport({ baseUrl, httpVersion: '1.1', useBinaryFormat: true }),
  ],
  ['gRPC-Web', (baseUrl) => createGrpcWebTransport({ baseUrl, httpVersion: '1.1' })],
  ['gRPC', (baseUrl) => createGrpcTransport({ baseUrl })],
];

/** A method of the feed contract. */
export function feedMethod({ feed }: FeedGateway, name: string): DescMethod {
  const found = feed.contract.getService(FEED_SERVICE)?.methods.find((method) => method.name === name);
  if (found === undefined) throw new Error(`no method ${name}`);
  return found;
}

/** What a caller learns of a failure. */
export function told(error: unknown) {
  const { code, rawMessage, details } = ConnectError.from(error);
  const [detail] = details as { type: string; value: Uint8Array }[];
  const info = detail?.type === 'google.rpc.ErrorInfo' ? ErrorInfo.decode(detail.value) : undefined;
  return { code: code as number, rawMessage, reason: info?.reason, metadata: info?.metadata };
}
