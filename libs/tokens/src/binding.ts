import type { Claims } from './claims.js';

/**
 * What an access token may be bound to where it is shown: to nothing, as a bearer of it shows it; to a key, whose
 * possession is proven besides (DPoP, RFC 9449); or to either, for whoever reads it and takes nobody for its holder.
 */
export type Binding = 'none' | 'key' | 'any';

/** @returns undefined when an access token with these claims may be shown like this */
export function bindingFault(
  { boundTo }: Pick<Claims, 'boundTo'>,
  binding: Binding,
): 'PROOF_REQUIRED' | 'NOT_BOUND' | undefined {
  if (binding === 'any') return undefined;
  if (boundTo === undefined) return binding === 'key' ? 'NOT_BOUND' : undefined;
  return binding === 'none' ? 'PROOF_REQUIRED' : undefined;
}
