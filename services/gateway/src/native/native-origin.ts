import type { IncomingMessage } from 'node:http';
import type { BlockList } from 'node:net';
import { status, type StatusObject } from '@grpc/grpc-js';
import {
  endCallSpan,
  faultCodes,
  requestIdOf,
  RequestTrace,
  type CallMeasures,
  type MeasuredMethod,
} from '@gatehouse/grpc';
import type { ServerStream } from '@gatehouse/http2-grpc';
import { lineField, writeLine, type Logger } from '@gatehouse/telemetry';
import { trace } from '@opentelemetry/api';
import type { CredentialForm } from '../credential/presented-credential.js';
import { clientAddressOf } from '../http/client-address.js';
import type { CallOrigin } from '../rpc/call-origin.js';
import { headersOfEntries } from './headers-of-entries.js';

const tracer = trace.getTracer('@gatehouse/gateway');

/** The span of a call to a method that there is not: strangers may make up any number. */
const UNKNOWN_METHOD = 'unknown';

/** What the origins of calls are told with. */
export interface Telling {
  readonly measures: CallMeasures;
  readonly log: Logger;
  /** The proxies that are believed about the address of their clients. */
  readonly trustedProxies: BlockList;
}

/** A call of gRPC as it came, with what the log will say of it. */
export class NativeOrigin implements CallOrigin {
  readonly request: Pick<IncomingMessage, 'method' | 'headers'>;
  readonly rawPath: string;
  readonly requestId: string;
  readonly trace: RequestTrace;
  readonly clientAddress: string;
  credential: CredentialForm | undefined;
  subject: string | undefined;
  /** Why it was refused, for the log: finer than what the caller is told. */
  reason: string | undefined;
  readonly #startedAt = performance.now();
  readonly #peer: string;
  readonly #measured: MeasuredMethod | undefined;

  /** @param isKnown whether the contract has its method */
  constructor(
    { metadata, authority, path, peer }: ServerStream,
    isKnown: boolean,
    private readonly telling: Telling,
  ) {
    const headers = headersOfEntries(metadata, authority);
    this.request = { method: 'POST', headers };
    this.requestId = requestIdOf(headers['x-request-id']);
    this.rawPath = path;
    this.#peer = peer.slice(0, peer.lastIndexOf(':'));
    this.#measured = isKnown ? telling.measures.method(path) : undefined;
    const name = this.#measured?.spanName ?? UNKNOWN_METHOD;
    this.trace = new RequestTrace({ tracer, name, traceparent: headers.traceparent });
    const socket = { remoteAddress: this.#peer };
    this.clientAddress = clientAddressOf({ socket, headers }, telling.trustedProxies);
  }

  /** The W3C trace it belongs to: 32 hexadecimal digits. */
  get traceId(): string {
    return this.trace.traceId;
  }

  /** It is over: its span, its measurement, its line in the log. */
  end(sent: Pick<StatusObject, 'code'> & Partial<StatusObject>): void {
    const durationMs = performance.now() - this.#startedAt;
    const { measures } = this.telling;
    if (this.#measured === undefined) this.trace.span.end();
    else {
      measures.record(this.#measured, sent.code, durationMs);
      endCallSpan(this.trace.span, this.#measured, sent);
    }
    this.#log(sent.code, durationMs);
  }

  /** No metadata and no message is in it. */
  #log(code: status, durationMs: number): void {
    const fields =
      lineField('protocol', 'grpc') +
      (this.#measured === undefined
        ? lineField('path', this.rawPath.slice(0, 256))
        : lineField('grpc_path', this.rawPath)) +
      lineField('grpc_code', status[code]) +
      lineField('reason', this.reason) +
      lineField('duration_ms', Math.round(durationMs * 1000) / 1000) +
      lineField('request_id', this.requestId) +
      lineField('trace_id', this.traceId) +
      lineField('span_id', this.trace.spanId) +
      lineField('credential', this.credential) +
      lineField('principal_sub', this.subject) +
      lineField('peer', this.#peer) +
      lineField('client_address', this.clientAddress);
    writeLine(this.telling.log, faultCodes.has(code) ? 'error' : 'info', fields, 'request');
  }
}
