/** The verified caller, as handlers see it: what its access token says of it. */
export interface Principal {
  /** The `sub` of its access token. */
  readonly subject: string;
  /** The `aud` that its access token was accepted for: the API, or a service's name. */
  readonly audience: string;
  /** The client that the access token was issued to. */
  readonly clientId: string;
  /** The sign-in, key or grant that the access token belongs to; undefined for services and clients. */
  readonly sessionId: string | undefined;
  /** The `jti` of its access token. */
  readonly tokenId: string;
  /** What the access token descends from; undefined for services and clients. */
  readonly credential: 'token_family' | 'session' | 'api_key' | 'grant' | undefined;
  /** Seconds since the epoch at which the person proved who they are; undefined when no person did. */
  readonly authTime: number | undefined;
  /** Whether it acts in its own name, as services and clients do, rather than for a user. */
  readonly isService: boolean;
  /** Seconds since the epoch at which its access token expires. */
  readonly expiresAt: number;
  /** What the access token was granted. */
  readonly scope: {
    /** Whether this permission was granted. */
    has(permission: string): boolean;
  };
}
