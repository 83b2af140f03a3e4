/** Lifetimes in seconds. */
export const LIFETIMES = {
  /** RFC 6749, section 4.1.2, recommends ten minutes at most. */
  code: 60,
  /** How long a person may take to sign in and to decide. */
  interaction: 3_600,
  deviceCode: 600,
  pushedRequest: 60,
  idToken: 3_600,
  /** What a browser is to the protocol ends with the session that it stands on, which is over after that. */
  session: 30 * 86_400,
  /** The same while nobody has signed in with it: strangers have one made by looking at a page. */
  stranger: 3_600,
  /** A refresh token that nobody uses, and any. */
  refreshIdle: 7 * 86_400,
  refreshAbsolute: 30 * 86_400,
} as const;
