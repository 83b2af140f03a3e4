/** What a provider's answer is asked for, and what it is checked against. Each is of one login and is guessed by nobody. */
export interface LoginSecrets {
  readonly state: string;
  /** Comes back inside the ID token (OpenID Connect Core, section 3.1.2.1). */
  readonly nonce: string;
  /** Of PKCE (RFC 7636). */
  readonly codeVerifier: string;
}

/** An address that a provider says it has verified. */
export interface VouchedEmail {
  readonly address: string;
  /** Whether the provider's word is enough: it is the one that gives the mailboxes of this domain out, say. */
  readonly authoritative: boolean;
}

/** Who somebody is, as a provider says. Issuer and subject name the person for ever; nothing else does. */
export interface ProvenIdentity {
  readonly issuer: string;
  readonly subject: string;
  /** Undefined unless the provider says that it is verified. */
  readonly email: VouchedEmail | undefined;
  /** What the person is called there. */
  readonly displayName: string;
  /** When they proved it there, in seconds since the epoch; undefined where the provider does not say. */
  readonly authTime: number | undefined;
}

/** Somebody else who knows people, and whom Gatehouse believes. */
export interface IdentityProvider {
  /** Names it in settings and paths. */
  readonly name: string;
  /** What people call it. */
  readonly displayName: string;
  readonly issuer: string;

  /**
   * Where the browser is sent to.
   *
   * @param anew whether the person is to prove anew who they are, as far as the provider can be asked for that
   * @throws AppError PROVIDER_UNAVAILABLE, PROVIDER_ANSWER_REFUSED
   */
  authorizationUrl(redirectUri: string, secrets: LoginSecrets, anew?: boolean): Promise<URL>;

  /**
   * Redeems and checks what the browser came back with.
   *
   * @param callback the redirect URI with the answer in its query
   * @param anewSince since when they must have proven who they are, in seconds since the epoch, if that was asked for
   * @throws AppError PROVIDER_UNAVAILABLE, PROVIDER_DENIED, PROVIDER_ANSWER_REFUSED
   */
  identify(callback: URL, secrets: LoginSecrets, anewSince?: number): Promise<ProvenIdentity>;
}
