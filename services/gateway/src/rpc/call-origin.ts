import type { IncomingMessage } from 'node:http';
import type { RequestTrace } from '@gatehouse/grpc';
import type { CredentialForm } from '../credential/presented-credential.js';

/** The request that a call is made for, in whatever protocol it came. */
export interface CallOrigin {
  readonly request: Pick<IncomingMessage, 'method' | 'headers'>;
  /** The path that was asked for, as it came. */
  readonly rawPath: string;
  readonly requestId: string;
  /** Its part of the W3C trace it belongs to. */
  readonly trace: Pick<RequestTrace, 'traceparent'>;
  readonly traceId: string;
  /** The client's IP address; '' when its connection is gone already. */
  readonly clientAddress: string;
  /** What the caller presented, once it is read; a public method reads none. */
  credential: CredentialForm | undefined;
  /** The verified caller. */
  subject: string | undefined;
}
