import type { ReadinessCheck } from '@gatehouse/grpc';
import type { RemoteKeySet } from '@gatehouse/tokens';

/**
 * Ready once the key set has been fetched, and from then on: keys outlive an outage of their issuer. The backends
 * are no part of it. One that restarts fails its own routes for a moment; a gateway that turned away with it would
 * fail all of them.
 */
export function keySetKnown(keys: Pick<RemoteKeySet, 'refresh'>): ReadinessCheck {
  let known = false;
  return {
    name: 'key set',
    holds: async () => {
      if (!known) await keys.refresh();
      return (known = true);
    },
  };
}
