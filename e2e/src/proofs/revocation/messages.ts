/** How a verifier of the proof knows what is revoked. */
export type Mode = 'feed' | 'poll' | 'introspect';

/** What a verifier process is started with, as JSON in its only argument. */
export interface VerifierOptions {
  readonly mode: Mode;
  /** Where auth answers, as gRPC names targets. */
  readonly authAddress: string;
  readonly issuer: string;
  readonly apiAudience: string;
  readonly clientSecret: string;
}

/** What the proof tells a verifier. */
export type ToVerifier =
  /** Watch this access token until it is refused. */
  | { readonly watch: string; readonly accessToken: string }
  /** The access tokens of the load, which nobody revokes, instead of those before. */
  | { readonly load: readonly string[] };

/** What a verifier tells the proof. Times are of the machine's monotonic clock, in milliseconds. */
export type FromVerifier =
  | { readonly ready: true }
  /** It was accepted for the first time: it can be revoked now. */
  | { readonly accepted: string }
  | { readonly refused: string; readonly at: number }
  /** An access token of the load was refused. */
  | { readonly loadRefused: string };
