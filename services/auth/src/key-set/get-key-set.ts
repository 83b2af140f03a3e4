import type { GetKeySetResponse } from '@gatehouse/contracts/auth';
import { platformReasons } from '@gatehouse/errors';
import type { PublicJwk } from '@gatehouse/tokens';
import type { SigningKeys } from '../signing-key/signing-keys.js';

/** @throws AppError KEYS_UNAVAILABLE before the keys were read: an empty set would make verifiers forget theirs */
export async function getKeySet(keys: SigningKeys): Promise<GetKeySetResponse> {
  if (keys.published.length === 0) throw platformReasons.KEYS_UNAVAILABLE({ retryAfterMs: 1_000 });
  return toKeySetResponse(keys.published);
}

/** The key set as it leaves the service. Member by member: whatever else a key may come to have stays. */
export function toKeySetResponse(keys: readonly PublicJwk[]): GetKeySetResponse {
  return {
    keys: keys.map(({ kty, kid, use, alg, crv, x, y, nbf }) => ({ kty, kid, use, alg, crv, x, y, nbf })),
  };
}
