/** A signing key's place in its life: known to verifiers, signing, only verified, gone. */
export type KeyState = 'published' | 'active' | 'retiring' | 'removed';

/** How long a key has been what it is, by the database's clock. */
export interface KeyAge {
  readonly kid: string;
  readonly state: Exclude<KeyState, 'removed'>;
  readonly ageMs: number;
}

/** How keys move on, in milliseconds. */
export interface KeyPolicy {
  /** Age at which the active key is replaced. */
  readonly rotationAgeMs: number;
  /** Least age of a published key before it signs: every verifier has fetched it by then. */
  readonly publishAheadMs: number;
  /** Age at which a retiring key is removed: everything it signed has expired by then. */
  readonly retireMs: number;
}

/** What has to happen, in this order. */
export type KeyStep =
  | { readonly do: 'remove' | 'activate'; readonly kid: string }
  | { readonly do: 'create'; readonly state: 'active' | 'published' };

/**
 * Says how to move a set of keys on. There is always a published key in waiting, so that also an emergency has
 * a successor that the verifiers know already.
 *
 * @param replaceNow replaces the active key whatever its age, if its successor has been published for long enough
 */
export function nextSteps(keys: readonly KeyAge[], policy: KeyPolicy, replaceNow = false): KeyStep[] {
  const active = keys.find(({ state }) => state === 'active');
  const published = keys.find(({ state }) => state === 'published');
  const steps: KeyStep[] = keys
    .filter(({ state, ageMs }) => state === 'retiring' && ageMs >= policy.retireMs)
    .map(({ kid }) => ({ do: 'remove', kid }));

  const due = replaceNow || !active || active.ageMs >= policy.rotationAgeMs;
  // With no active key nobody can sign in: the successor takes over however young it is.
  const ready = published && (!active || published.ageMs >= policy.publishAheadMs);
  if (due && ready) steps.push({ do: 'activate', kid: published.kid }, { do: 'create', state: 'published' });
  else if (!active) steps.push({ do: 'create', state: 'active' }, { do: 'create', state: 'published' });
  else if (!published) steps.push({ do: 'create', state: 'published' });
  return steps;
}
