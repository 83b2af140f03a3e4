import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { certificateName } from '@gatehouse/grpc';
import type { Exchange } from '../http/exchange.js';

/** The request headers that go on; whatever else a caller says ends here. */
const FORWARDED = [
  'accept',
  'accept-language',
  'access-control-request-headers',
  'access-control-request-method',
  'authorization',
  'content-length',
  'content-type',
  'cookie',
  'dpop',
  'if-none-match',
  'origin',
  'sec-fetch-dest',
  'sec-fetch-mode',
  'sec-fetch-site',
  'user-agent',
] as const;

/** Those of a connection (RFC 9110, section 7.6.1), and those that an answer has from the gateway itself. */
const DROPPED: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'date',
  'server',
  'strict-transport-security',
  'x-request-id',
]);

/** The headers of a request on its way to auth. */
export function forwardedHeaders(exchange: Exchange): OutgoingHttpHeaders {
  const { headers } = exchange.request;
  const given = FORWARDED.filter((name) => headers[name] !== undefined);
  const forwarded: OutgoingHttpHeaders = Object.fromEntries(given.map((name) => [name, headers[name]]));
  // Whatever host the caller named: auth's links come from its configuration.
  forwarded['host'] = certificateName('auth');
  forwarded['x-request-id'] = exchange.requestId;
  forwarded['traceparent'] = exchange.trace.traceparent;
  if (exchange.clientAddress !== '') forwarded['x-client-address'] = exchange.clientAddress;
  return forwarded;
}

/** The headers of an answer on its way to the caller. */
export function returnedHeaders({ headers }: Pick<IncomingMessage, 'headers'>): IncomingHttpHeaders {
  const ofConnection = new Set(
    (headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase()),
  );
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !DROPPED.has(name) && !ofConnection.has(name)),
  );
}
