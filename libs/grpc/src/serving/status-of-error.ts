import { Metadata, status, type StatusObject } from '@grpc/grpc-js';
import type { SentStatus } from './call-life.js';

/** The status of what a handler has failed with, as grpc-js makes it. */
export function statusOfError(error: unknown): StatusObject {
  const { code, details, message, metadata } = (error ?? {}) as SentStatus & { message?: unknown };
  const isStatus = typeof code === 'number' && code in status;
  const text = typeof details === 'string' ? details : typeof message === 'string' ? message : '';
  return {
    code: isStatus ? (code as status) : status.UNKNOWN,
    details: isStatus || text !== '' ? text : 'Unknown Error',
    metadata: metadata instanceof Metadata ? metadata : new Metadata(),
  };
}
