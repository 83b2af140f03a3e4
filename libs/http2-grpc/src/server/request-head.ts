import type { HeaderField } from '../hpack/header-field.js';
import { CallError } from '../grpc/call-error.js';
import { NO_ENTRIES, type Entries } from '../grpc/entries.js';
import { Status } from '../grpc/status.js';
import { readTimeout } from '../grpc/timeout.js';

/** Pseudo-headers that a request has; `:authority` may be missing (RFC 9113, section 8.3.1). */
const REQUIRED = 0b111;
const METHOD = 0b001;
const SCHEME = 0b010;
const PATH = 0b100;
const AUTHORITY = 0b1000;

const GRPC_TYPE = /^application\/grpc(?:[+;].*)?$/;
const DIGITS = /^\d{1,15}$/;

/** Fields that are the protocol's own, or of HTTP, and no metadata. */
const OWN: ReadonlySet<string> = new Set([
  'te',
  'grpc-accept-encoding',
  'accept-encoding',
  'trailer',
  'host',
]);

/** The headers of a request, as they come. */
export class RequestHead {
  path = '';
  authority = '';
  method = '';
  /** How long the caller waits, in milliseconds; Infinity where it did not say. */
  timeoutMs = Infinity;
  /** What the messages may be compressed by. */
  encoding = 'identity';
  /** Octets of DATA that there are to be, where the caller said so. */
  contentLength: number | undefined;
  #contentType = '';
  #entries: string[] | undefined;
  #pseudo = 0;
  #isMalformed = false;
  #hasTimeout = true;

  add({ name, value }: HeaderField): void {
    switch (name) {
      case ':path':
        this.path = value;
        return this.#has(PATH);
      case ':method':
        this.method = value;
        return this.#has(METHOD);
      case ':scheme':
        return this.#has(SCHEME);
      case ':authority':
        this.authority = value;
        return this.#has(AUTHORITY);
      case 'content-type':
        this.#contentType = value;
        return;
      case 'grpc-timeout':
        this.#readTimeout(value);
        return;
      case 'grpc-encoding':
        this.encoding = value;
        return;
      case 'content-length':
        this.#isMalformed ||= !DIGITS.test(value);
        this.contentLength = Number(value);
        return;
      default:
        this.#isMalformed ||= name.startsWith(':');
        if (!OWN.has(name)) (this.#entries ??= []).push(name, value);
    }
  }

  /** What is not the protocol's own. */
  get metadata(): Entries {
    return this.#entries ?? NO_ENTRIES;
  }

  /** Whether a request may begin so (RFC 9113, section 8.3.1). */
  get canBegin(): boolean {
    return !this.#isMalformed && (this.#pseudo & REQUIRED) === REQUIRED && this.path !== '';
  }

  /** Whether a request that has begun may end so (RFC 9113, section 8.1). */
  get canEnd(): boolean {
    return !this.#isMalformed && this.#pseudo === 0;
  }

  /** Whether it says that it is of gRPC. */
  get isGrpc(): boolean {
    return GRPC_TYPE.test(this.#contentType);
  }

  /** The status of HTTP that a request gets which is none of gRPC; undefined for one of gRPC. */
  get httpFault(): string | undefined {
    if (this.method !== 'POST') return '405';
    return this.isGrpc ? undefined : '415';
  }

  /** What is wrong with a request of gRPC; undefined for nothing. */
  get fault(): CallError | undefined {
    return this.#hasTimeout ? undefined : new CallError(Status.INTERNAL, 'the timeout is none');
  }

  #has(pseudo: number): void {
    this.#isMalformed ||= (this.#pseudo & pseudo) !== 0;
    this.#pseudo |= pseudo;
  }

  #readTimeout(value: string): void {
    const ms = readTimeout(value);
    if (ms === undefined) this.#hasTimeout = false;
    else this.timeoutMs = ms;
  }
}
