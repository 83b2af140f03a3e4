import type { DescMethod } from '@bufbuild/protobuf';
import type { CredentialKind } from '@gatehouse/tokens';

/** A kind of principal, as rules name it. */
export type CallerKind = 'user' | 'service' | 'client';

/** What a method does while revocations may be unknown to the verifier. */
export type RevocationMode = 'lenient' | 'strict';

/** The access rule of one method, checked and in the form that guards use. */
export type MethodRule = {
  /** The gRPC path: `/gatehouse.users.v1.UserService/GetUser`. */
  readonly path: string;
  /** The method itself, for its route, its comments and its idempotency. */
  readonly method: DescMethod;
  /** Whether each call leaves an audit event. */
  readonly audited: boolean;
} & (
  | { readonly access: 'public' }
  | {
      /** `authenticated` asks for any principal of an admitted kind. */
      readonly access: 'authenticated' | 'permission';
      /** The permission that the scope must hold; undefined for `authenticated`. */
      readonly permission: string | undefined;
      /** The kinds of principal that are admitted; never empty. */
      readonly callers: ReadonlySet<CallerKind>;
      readonly revocation: RevocationMode;
      /** The credentials that a user's access token may descend from; undefined for any, which takes a permission. */
      readonly credentials: ReadonlySet<CredentialKind> | undefined;
      /** The longest time since the person proved who they are, in seconds; undefined for any. */
      readonly maxSignInAgeSeconds: number | undefined;
    }
);
