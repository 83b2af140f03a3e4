/** What somebody holds, in the order of the table. A stream is named after what it was opened with. */
export const HOLDINGS = [
  'access token',
  'refresh token',
  'cookie',
  'API key',
  'stream by access token',
  'stream by cookie',
  'stream by API key',
] as const;
export type Holding = (typeof HOLDINGS)[number];

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
  'any of these, of somebody else',
  'signing key revoked',
  'everything revoked',
] as const;
export type Cause = (typeof CAUSES)[number];

/** The effects on {@link HOLDINGS}, in their order. */
type Row = readonly [Effect, Effect, Effect, Effect, Effect, Effect, Effect];

const FAMILY: Row = ['ends', 'ends', 'goes on', 'goes on', 'ends', 'goes on', 'goes on'];
const ALL: Row = ['ends', 'ends', 'ends', 'ends', 'ends', 'ends', 'ends'];
const ACCESS_TOKENS: Row = ['ends', 'goes on', 'goes on', 'goes on', 'ends', 'ends', 'ends'];
const LESS = 'goes on with less';

const ROWS: Readonly<Record<Cause, Row>> = {
  logout: FAMILY,
  'session ended': ['goes on', 'goes on', 'ends', 'goes on', 'goes on', 'ends', 'goes on'],
  // From another sign-in, which goes on. A key is no password's: who wants it gone revokes it.
  'password changed': ['ends', 'ends', 'ends', 'goes on', 'ends', 'ends', 'goes on'],
  // Revokes what the key was exchanged for as well: the key is exchanged again, a stream is not.
  'password reset': ['ends', 'ends', 'ends', 'goes on', 'ends', 'ends', 'ends'],
  demotion: ['ends', LESS, LESS, LESS, 'ends', 'ends', 'ends'],
  suspension: ALL,
  deletion: ALL,
  'API key revoked': ['goes on', 'goes on', 'goes on', 'ends', 'goes on', 'goes on', 'ends'],
  'refresh reuse': FAMILY,
  'any of these, of somebody else': [
    'goes on',
    'goes on',
    'goes on',
    'goes on',
    'goes on',
    'goes on',
    'goes on',
  ],
  'signing key revoked': ACCESS_TOKENS,
  'everything revoked': ACCESS_TOKENS,
};

/** What a cause does to a holding: the promise of SECURITY.md. */
export function effectOf(cause: Cause, holding: Holding): Effect {
  return ROWS[cause][HOLDINGS.indexOf(holding)] as Effect;
}
