/** A signing key's place in its life: known to verifiers, signing, only verified, gone. */
export type KeyState = 'published' | 'active' | 'retiring' | 'removed';

/** How long a key has been what it is, by the database's clock. */
export interface KeyAge {
  readonly kid: string;
  readonly state: Exclude<KeyState, 'removed'>;
  readonly ageMs: number;
  /** Whether verifiers accept what it signs from now on; a published key may be closed still. */
  readonly isOpen: boolean;
}

/** How keys move on, in milliseconds. */
export interface KeyPolicy {
  /** Age at which the active key is replaced. */
  readonly rotationAgeMs: number;
  /** Least age of a published key before it signs when no verifier is there to say that it knows the key. */
  readonly publishAheadMs: number;
  /** Age at which a retiring key is removed: everything it signed has expired by then. */
  readonly retireMs: number;
}

/** Which keys the live verifiers accept. */
export interface KeyKnowledge {
  /** Whether every one of them accepts what this key signs. */
  readonly isKnown: (kid: string) => boolean;
}

/** What has to happen, in this order. */
export type KeyStep =
  | { readonly do: 'remove' | 'open' | 'activate'; readonly kid: string }
  | { readonly do: 'create'; readonly state: 'active' | 'published' };

/** How keys are to move on besides what their ages say. */
export interface KeyWishes {
  /** What the live verifiers accept; undefined when there are none. */
  readonly knowledge?: KeyKnowledge;
  /** Replaces the active key whatever its age, if its successor is ready. */
  readonly replaceNow?: boolean;
}

/**
 * Says how to move a set of keys on. There is always a published key in waiting, so that also an emergency has
 * a successor that the verifiers know already.
 *
 * A successor is opened when it is due, so that verifiers may accept it, and signs once all of them do.
 */
export function nextSteps(
  keys: readonly KeyAge[],
  policy: KeyPolicy,
  { knowledge, replaceNow = false }: KeyWishes = {},
): KeyStep[] {
  const active = keys.find(({ state }) => state === 'active');
  const published = keys.find(({ state }) => state === 'published');
  const steps: KeyStep[] = keys
    .filter(({ state, ageMs }) => state === 'retiring' && ageMs >= policy.retireMs)
    .map(({ kid }) => ({ do: 'remove', kid }));

  const due = replaceNow || !active || active.ageMs >= policy.rotationAgeMs;
  if (!active && !published)
    steps.push({ do: 'create', state: 'active' }, { do: 'create', state: 'published' });
  else if (!published) steps.push({ do: 'create', state: 'published' });
  // With no active key nobody can sign in: the successor takes over however few know it.
  else if (due && (!active || isReady(published, policy, knowledge))) {
    steps.push({ do: 'activate', kid: published.kid }, { do: 'create', state: 'published' });
  } else if (due && knowledge && !published.isOpen) steps.push({ do: 'open', kid: published.kid });
  return steps;
}

function isReady({ kid, ageMs }: KeyAge, { publishAheadMs }: KeyPolicy, knowledge?: KeyKnowledge): boolean {
  return knowledge ? knowledge.isKnown(kid) : ageMs >= publishAheadMs;
}
