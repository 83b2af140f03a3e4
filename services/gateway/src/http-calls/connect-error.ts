import type { StatusObject } from '@grpc/grpc-js';
import { Status } from '@gatehouse/contracts/rpc';
import { codeName } from '@gatehouse/transcoding';

/** An error in the form of the Connect protocol. */
export interface ConnectError {
  readonly code: string;
  readonly message: string;
  readonly details: readonly { readonly type: string; readonly value: string }[];
}

/** The error of a status: its details are those of its `google.rpc.Status`, in base64 without padding. */
export function connectErrorOf({ code, details: message, metadata }: StatusObject): ConnectError {
  const [bytes] = metadata.get('grpc-status-details-bin');
  const { details } = Status.decode(Buffer.isBuffer(bytes) ? bytes : Buffer.alloc(0));
  return {
    // Connect writes it in American.
    code: codeName(code) === 'CANCELLED' ? 'canceled' : codeName(code).toLowerCase(),
    message,
    details: details.map(({ typeUrl, value }) => ({
      type: typeUrl.slice(typeUrl.lastIndexOf('/') + 1),
      value: value.toString('base64').replace(/=+$/, ''),
    })),
  };
}
