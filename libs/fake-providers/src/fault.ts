/** What a fake provider can be told to do wrong, and what that is. */
export const FAULTS = {
  'wrong-nonce': 'an ID token of another login',
  'wrong-audience': 'an ID token for another client',
  'wrong-issuer': 'an ID token of another issuer',
  'wrong-signature': 'an ID token that somebody else has signed',
  'unknown-key': 'an ID token under a key that is not published',
  'alg-none': 'an ID token that nobody has signed',
  expired: 'an ID token that has expired',
  'old-sign-in': 'an ID token of a sign-in an hour ago, whatever was asked for',
  'wrong-person': 'UserInfo about somebody else',
  'wrong-response-issuer': 'an answer in the name of another issuer (RFC 9207)',
  'rotated-keys': 'a new signing key in the middle of the login; no fault at all',
  'victim-email': 'the address of somebody else, called verified',
  'lost-callback': 'a browser that never comes back',
  denied: 'the person says no',
  slow: 'no answer to the service',
  down: 'no connection to the service',
  overloaded: 'status 503 to the service',
  'huge-answer': 'an answer of 10 MB to the service',
  redirect: 'a redirect of the service to the metadata address of clouds',
} as const;

/** A name of {@link FAULTS}. */
export type ProviderFault = keyof typeof FAULTS;

/** Of ID tokens and answers, which GitHub has none of. */
const OPENID_ONLY: ReadonlySet<ProviderFault> = new Set([
  'wrong-nonce',
  'wrong-audience',
  'wrong-issuer',
  'wrong-signature',
  'unknown-key',
  'alg-none',
  'expired',
  'old-sign-in',
  'wrong-person',
  'wrong-response-issuer',
  'rotated-keys',
]);

/** What can go wrong at a provider that speaks OpenID Connect. */
export const GOOGLE_FAULTS = Object.keys(FAULTS) as readonly ProviderFault[];
/** What can go wrong at one that speaks OAuth 2.0 alone, and has no ID token. */
export const GITHUB_FAULTS = GOOGLE_FAULTS.filter((fault) => !OPENID_ONLY.has(fault));

/** Whose address the fault `victim-email` shows: the demo user's. */
export const VICTIM = 'ursula@example.com';
