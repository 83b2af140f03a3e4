import { Channel, type ChannelOptions } from '../channel.js';
import { CallError } from '../../grpc/call-error.js';
import { Status } from '../../grpc/status.js';

/** What became of a call: the name of its code, and its words. */
export interface Outcome {
  readonly code: keyof typeof Status;
  readonly details: string;
  readonly message?: string;
}

const NAMES = Object.entries(Status) as [keyof typeof Status, number][];

/** The name of a code. */
export function codeName(code: number): keyof typeof Status {
  return NAMES.find(([, value]) => value === code)?.[0] ?? 'UNKNOWN';
}

export function open(target: string, options: Partial<ChannelOptions> = {}): Channel {
  return new Channel({ target, use: 'calls', isIdempotent: () => false, connections: 1, ...options });
}

/** Calls, and tells what came of it. */
export async function outcomeOf(call: Promise<{ readonly message: Uint8Array }>): Promise<Outcome> {
  try {
    const { message } = await call;
    return { code: 'OK', details: '', message: Buffer.from(message).toString('latin1') };
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    return { code: codeName(error.code), details: error.details };
  }
}

/** A call with an answer within a minute. */
export const start = (path = '/spec.Service/Get', request: Uint8Array = Buffer.from('ask')) => ({
  path,
  request,
  metadata: {},
  deadline: performance.now() + 60_000,
});

export function unary(channel: Channel, path?: string, request?: Uint8Array): Promise<Outcome> {
  return outcomeOf(channel.unary(start(path, request)));
}
