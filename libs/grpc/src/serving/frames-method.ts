import type { Metadata, MethodDefinition } from '@grpc/grpc-js';
import type { ServedMethod } from '../served-method.js';

/** What a server that is made of frames knows of one of its methods. */
export interface FramesMethod {
  readonly definition: MethodDefinition<unknown, unknown>;
  /** Takes the call as grpc-js has it, and what is to be called with the reply of a method that has one. */
  readonly handle: (call: unknown, settle?: Settle) => unknown;
  /** What the contract says of it; undefined for what is not of the contract: health, reflection. */
  readonly served: ServedMethod | undefined;
}

/** Called with the reply of a call or with why there is none. */
export type Settle = (error: unknown, reply?: unknown, trailers?: Metadata) => void;
