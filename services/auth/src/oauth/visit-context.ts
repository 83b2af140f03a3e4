import Provider, { type KoaContextWithOIDC } from 'oidc-provider';
import { visitOf, type Visit } from '../web/visit.js';

/** The request that oidc-provider is busy with. @throws Error outside of one */
export function currentContext(): KoaContextWithOIDC {
  const context = Provider.ctx;
  if (!context) throw new Error('there is no request of the protocol');
  return context;
}

/** The visit that it belongs to. */
export function currentVisit(): Visit {
  return visitOf(currentContext().req);
}
