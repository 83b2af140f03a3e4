/** A file of attack cases: what a valid access token looks like, and how each case departs from it. */
export interface Corpus {
  readonly profile: Profile;
  readonly cases: readonly AttackCase[];
}

/** The valid access token that every case starts from, and the verifier it is meant for. */
export interface Profile {
  readonly issuer: string;
  readonly audience: string;
  readonly skewSeconds: number;
  readonly maxTokenChars: number;
  readonly maxLifetimeSeconds: number;
  readonly header: Members;
  /** `now` and `now+N` stand for seconds since the epoch. */
  readonly claims: Members;
}

export type Members = Readonly<Record<string, unknown>>;

/** Where a case is decided: by the verifier alone, on the way to it, by what happened before, or after it. */
export type Layer = 'verifier' | 'transport' | 'state' | 'authorization';

export interface AttackCase {
  readonly id: string;
  readonly group: string;
  readonly title: string;
  readonly layer: Layer;
  /** Steps of the construction, in order. */
  readonly build: readonly Operation[];
  readonly expected: Expectation;
  /** What must have happened before (state cases). */
  readonly precondition?: readonly string[];
  /** How the access token travels (transport cases). */
  readonly send?: Sending;
  /** Promises besides the decision. */
  readonly alsoAssert?: string | readonly string[];
}

export interface Expectation {
  /** `accept`, `reject`, or a sentence where policy decides. */
  readonly decision: string;
  /** Name of the gRPC status, or several of which one is right. */
  readonly grpc: string | readonly string[];
  /** HTTP status at the gateway, or several. */
  readonly http?: number | readonly number[];
}

/** `$token` stands for the access token, `$1MiB` for that many characters. */
export interface Sending {
  readonly metadata?: Readonly<Record<string, string>>;
  /** Header fields exactly in this order, repetitions included; or the request's trailers. */
  readonly raw?: readonly (readonly [string, string])[] | 'request-trailers';
  readonly http?: {
    readonly query?: Readonly<Record<string, string>>;
    readonly form?: Readonly<Record<string, string>>;
  };
}

/** One step of a construction. Which members it has depends on `op`. */
export interface Operation {
  readonly op: string;
  readonly set?: Members | string;
  readonly unset?: readonly string[];
  readonly rel?: Readonly<Record<string, number>>;
  readonly json?: string;
  readonly name?: string;
  readonly with?: string;
  readonly alg?: string;
  readonly hash?: string;
  readonly secret?: string;
  readonly fn?: string;
  readonly i?: number;
}

/** Whether one of the expected values is what was seen. */
export function expects<T>(expected: T | readonly T[] | undefined, seen: T): boolean {
  return Array.isArray(expected) ? expected.includes(seen) : expected === seen;
}
