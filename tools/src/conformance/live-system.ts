import type { AttackCase, Members } from './corpus.js';

/** What a system must trust so that the access tokens of a corpus mean something to it. */
export interface Trust {
  readonly issuer: string;
  readonly audience: string;
  /** The JWK Set of the issuer. */
  readonly keySet: { readonly keys: readonly object[] };
}

/** Starts a real system that trusts what it is told to. */
export type StartLiveSystem = (trust: Trust) => Promise<LiveSystem>;

export type Fields = readonly (readonly [name: string, value: string])[];

/** Builds the access token of a case; the case's own operations come after the claims that are given. */
export type BuildAccessToken = (claims?: Members) => string;

/** What the two faces of a system answered; a face that was not asked, or could not be, is absent. */
export interface Observation {
  /** Name of the gRPC status, such as `UNAUTHENTICATED`. */
  readonly grpc?: string;
  /** HTTP status at the gateway. */
  readonly http?: number;
}

/** Why a system cannot bring about what a case describes. */
export interface NotApplicable {
  readonly notApplicable: string;
}

/** A running system that cases are sent to. It is asked one thing at a time. */
export interface LiveSystem extends AsyncDisposable {
  /** Calls a unary method that the valid access token may call, with exactly this metadata; gives the status name. */
  callWithMetadata(metadata: Fields): Promise<string>;
  /**
   * The same call over bare HTTP/2: fields in this order with repetitions, then these trailers behind the message.
   * A connection that the server resets counts as `INTERNAL`.
   */
  callRaw(headers: Fields, trailers: Fields): Promise<string>;
  /** Requests a route of the same access rule at the gateway; a form makes it a POST. Gives the HTTP status. */
  request(request: {
    readonly headers: Fields;
    readonly query?: Readonly<Record<string, string>>;
    readonly form?: Readonly<Record<string, string>>;
  }): Promise<number>;
  /**
   * Brings about what a state or authorization case describes and presents the access token.
   *
   * @param build the access token of the case, issued now, after these claims were set
   * @returns why not, when the system does not have the feature that the case is about
   */
  play(attackCase: AttackCase, build: BuildAccessToken): Promise<Observation | NotApplicable>;
}
