/** What somebody holds, in the order of the table. A stream is named after what it was opened with. */
export const HOLDINGS = [
  'access token',
  'refresh token',
  'cookie',
  'API key',
  'stream by access token',
  'stream by cookie',
  'stream by API key',
  'access token of an app',
  'refresh token of an app',
] as const;
export type Holding = (typeof HOLDINGS)[number];

/** The holdings that are good for new access tokens, once each. */
export const REFRESHING = ['refresh token', 'refresh token of an app'] as const satisfies readonly Holding[];
export type Refreshing = (typeof REFRESHING)[number];

/** The holdings that are streams, each with what it was opened with. */
export const STREAMS = {
  'stream by access token': 'access token',
  'stream by cookie': 'cookie',
  'stream by API key': 'API key',
} as const satisfies Partial<Record<Holding, Holding>>;
export type StreamHolding = keyof typeof STREAMS;

/**
 * What becomes of a holding, over REST and over gRPC alike:
 *
 * - `ends`: refused by every replica within the bound; a refresh token at once
 * - `goes on`: good, as it was
 * - `goes on with less`: good, without the permission that was withdrawn and without a new sign-in
 */
export type Effect = 'ends' | 'goes on' | 'goes on with less';

/** When a revocation is enforced everywhere, in milliseconds after the answer to whoever caused it. */
export const BOUND_MS = 1_000;

/** What can happen to somebody who holds one of each; in this order, as the last two happen to everybody. */
export const CAUSES = [
  'logout',
  'session ended',
  'password changed',
  'password reset',
  'demotion',
  'suspension',
  'deletion',
  'API key revoked',
  'refresh reuse',
  'app disconnected',
  'app shut out',
  'any of these, of somebody else',
  'signing key revoked',
  'everything revoked',
] as const;
export type Cause = (typeof CAUSES)[number];

/** The effects on {@link HOLDINGS}, in their order. */
type Row = readonly [Effect, Effect, Effect, Effect, Effect, Effect, Effect, Effect, Effect];

const GOES_ON = 'goes on';
const LESS = 'goes on with less';

/** What apps have goes on, as their sign-ins are not the person's. */
const APPS_GO_ON = [GOES_ON, GOES_ON] as const;
const NOTHING: Row = [GOES_ON, GOES_ON, GOES_ON, GOES_ON, GOES_ON, GOES_ON, GOES_ON, ...APPS_GO_ON];
const FAMILY: Row = ['ends', 'ends', GOES_ON, GOES_ON, 'ends', GOES_ON, GOES_ON, ...APPS_GO_ON];
const ALL: Row = ['ends', 'ends', 'ends', 'ends', 'ends', 'ends', 'ends', 'ends', 'ends'];
const ACCESS_TOKENS: Row = ['ends', GOES_ON, GOES_ON, GOES_ON, 'ends', 'ends', 'ends', 'ends', GOES_ON];
const APP: Row = [GOES_ON, GOES_ON, GOES_ON, GOES_ON, GOES_ON, GOES_ON, GOES_ON, 'ends', 'ends'];

const ROWS: Readonly<Record<Cause, Row>> = {
  logout: FAMILY,
  'session ended': [GOES_ON, GOES_ON, 'ends', GOES_ON, GOES_ON, 'ends', GOES_ON, ...APPS_GO_ON],
  // From another sign-in, which goes on. A key is no password's: who wants it gone revokes it.
  'password changed': ['ends', 'ends', 'ends', GOES_ON, 'ends', 'ends', GOES_ON, 'ends', 'ends'],
  // Revokes what the key was exchanged for as well: the key is exchanged again, a stream is not.
  'password reset': ['ends', 'ends', 'ends', GOES_ON, 'ends', 'ends', 'ends', 'ends', 'ends'],
  demotion: ['ends', LESS, LESS, LESS, 'ends', 'ends', 'ends', 'ends', LESS],
  suspension: ALL,
  deletion: ALL,
  'API key revoked': [GOES_ON, GOES_ON, GOES_ON, 'ends', GOES_ON, GOES_ON, 'ends', ...APPS_GO_ON],
  'refresh reuse': FAMILY,
  'app disconnected': APP,
  'app shut out': APP,
  'any of these, of somebody else': NOTHING,
  'signing key revoked': ACCESS_TOKENS,
  'everything revoked': ACCESS_TOKENS,
};

/** What a cause does to a holding: the promise of SECURITY.md. */
export function effectOf(cause: Cause, holding: Holding): Effect {
  return ROWS[cause][HOLDINGS.indexOf(holding)] as Effect;
}

export function isRefreshing(holding: Holding): holding is Refreshing {
  return REFRESHING.some((name) => name === holding);
}
