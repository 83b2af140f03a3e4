import { status } from '@grpc/grpc-js';

/** The codes that nobody means to answer with: the fault is ours, or of a service behind us, and the log says `error`. */
export const faultCodes: ReadonlySet<status> = new Set([status.UNKNOWN, status.INTERNAL, status.DATA_LOSS]);
