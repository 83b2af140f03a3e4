import type { HeaderField } from '../hpack/header-field.js';
import { CallError } from '../grpc/call-error.js';
import { NO_ENTRIES, type Entries } from '../grpc/entries.js';
import { decodeStatusMessage } from '../grpc/status-message.js';
import { readStatus, Status, statusOfHttp } from '../grpc/status.js';

const THREE_DIGITS = /^[1-9][0-9]{2}$/;
const GRPC_TYPE = /^application\/grpc(?:[+;].*)?$/;

/** The headers or trailers of a reply, as they come. */
export class ReplyHead {
  #httpStatus = '';
  #contentType = '';
  #grpcStatus = '';
  #message = '';
  #entries: string[] | undefined;
  #isMalformed = false;

  add({ name, value }: HeaderField): void {
    switch (name) {
      case ':status':
        this.#isMalformed ||= this.#httpStatus !== '' || !THREE_DIGITS.test(value);
        this.#httpStatus = value;
        break;
      case 'content-type':
        this.#contentType = value;
        break;
      case 'grpc-status':
        this.#grpcStatus = value;
        break;
      case 'grpc-message':
        this.#message = value;
        break;
      case 'grpc-encoding':
      case 'grpc-accept-encoding':
      case 'date':
        // Nobody was told to compress, and what is compressed all the same is refused as it comes.
        break;
      default:
        this.#isMalformed ||= name.startsWith(':');
        (this.#entries ??= []).push(name, value);
    }
  }

  /** What is not the protocol's own. */
  get metadata(): Entries {
    return this.#entries ?? NO_ENTRIES;
  }

  /** Whether a reply may begin so (RFC 9113, section 8.3.2). */
  get canBegin(): boolean {
    return !this.#isMalformed && this.#httpStatus !== '';
  }

  /** Whether a reply that has begun may end so (RFC 9113, section 8.1). */
  get canEnd(): boolean {
    return !this.#isMalformed && this.#httpStatus === '';
  }

  /** Whether the reply's own headers come after these (RFC 9113, section 8.1). */
  get isInterim(): boolean {
    return this.#httpStatus.startsWith('1');
  }

  /** What is wrong with headers that are to be followed by messages; undefined for nothing. */
  get fault(): CallError | undefined {
    const status = this.#httpStatus;
    if (status !== '200') return new CallError(statusOfHttp(status), `the reply is HTTP ${status}`);
    if (GRPC_TYPE.test(this.#contentType)) return undefined;
    return new CallError(Status.UNKNOWN, `the reply is ${this.#contentType || 'of no type'}`);
  }

  /** What the call has ended with whose last headers these are; undefined for OK. */
  get outcome(): CallError | undefined {
    if (this.#grpcStatus === '0') return undefined;
    if (this.#grpcStatus !== '') {
      const code = readStatus(this.#grpcStatus);
      return new CallError(code, decodeStatusMessage(this.#message), this.metadata);
    }
    const fault = this.#httpStatus === '' ? undefined : this.fault;
    return fault ?? new CallError(Status.UNKNOWN, 'the reply has no status');
  }
}
