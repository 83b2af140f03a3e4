import type { Callers } from './callers.js';
import { closeSite, openSite, type Site } from './site.js';
import type { Stage } from './stage.js';

/** The contestants, in the order they are shown in. */
export const NAMES = [
  'cookie, read on each call',
  'cookie, exchanged',
  'API key, read on each call',
  'API key, exchanged',
  'JWT, introspected on each call',
  'JWT, seen before',
  'JWT, never seen',
] as const;

export type Name = (typeof NAMES)[number];

/** What a contestant's callers hold. */
export type Kind = 'session' | 'apiKey' | 'tokens';

/** One way to know who calls. */
export interface Contestant {
  readonly name: Name;
  readonly kind: Kind;
  readonly site: Site;
  /** Headers of callers for so many requests, used in turn. */
  credentials(count: number): Promise<readonly string[]>;
}

/** Callers that are known. */
const KNOWN = 12;

/** How long access tokens are used before new ones are made, in milliseconds: they live for five minutes. */
const TOKENS_MS = 120_000;

/** The contestants, and what ends their processes. */
export interface Field {
  readonly contestants: readonly Contestant[];
  readonly sites: readonly Site[];
  close(): Promise<void>;
}

/** Starts the contestants. Those that differ in the credential alone share their processes. */
export async function openField(stage: Stage, callers: Callers, authDatabaseUrl: string): Promise<Field> {
  const ours = await openSite(stage, 'nobody');
  const reading = await openSite(stage, { databaseUrl: authDatabaseUrl });
  const introspecting = await openSite(stage, 'auth');
  const sessions = await headersOf(() => callers.session());
  const keys = await headersOf(() => callers.apiKey());
  const known = knownTokens(callers);
  const contestants: Contestant[] = [
    { name: NAMES[0], kind: 'session', site: reading, credentials: sessions },
    { name: NAMES[1], kind: 'session', site: ours, credentials: sessions },
    { name: NAMES[2], kind: 'apiKey', site: reading, credentials: keys },
    { name: NAMES[3], kind: 'apiKey', site: ours, credentials: keys },
    { name: NAMES[4], kind: 'tokens', site: introspecting, credentials: known },
    { name: NAMES[5], kind: 'tokens', site: ours, credentials: known },
    { name: NAMES[6], kind: 'tokens', site: ours, credentials: (count) => callers.freshTokens(count) },
  ];
  const sites = [ours, reading, introspecting];
  return { contestants, sites, close: async () => void (await Promise.all(sites.map(closeSite))) };
}

async function headersOf(make: () => Promise<{ header: string }>): Promise<() => Promise<readonly string[]>> {
  const headers: string[] = [];
  while (headers.length < KNOWN) headers.push((await make()).header);
  return async () => headers;
}

/** The same access tokens until they are old. */
function knownTokens(callers: Callers): () => Promise<readonly string[]> {
  let tokens: readonly string[] = [];
  let until = 0;
  return async () => {
    if (performance.now() > until) {
      tokens = await callers.freshTokens(KNOWN);
      until = performance.now() + TOKENS_MS;
    }
    return tokens;
  };
}
