import type { IntrospectRequest, IntrospectResponse } from '@gatehouse/contracts/auth';
import type { Call } from '@gatehouse/grpc';
import type { AuthContext } from '../auth-context.js';

const INACTIVE: IntrospectResponse = {
  active: false,
  subject: '',
  scope: '',
  clientId: '',
  expiresAt: 0n,
  boundTo: '',
};

/**
 * Says whether an access token is good at this moment, by the database and not by what this replica has heard. Who
 * asks learns nothing of an access token that is meant for another service (RFC 7662, section 4).
 *
 * @throws AppError DATABASE_UNAVAILABLE, KEYS_UNAVAILABLE: an outage makes no access token inactive
 */
export async function introspect(
  { database, issuedTokens, descent, apiAudience }: AuthContext,
  { token }: IntrospectRequest,
  call: Call,
): Promise<IntrospectResponse> {
  const claims = await issuedTokens.read(token, [apiAudience, call.principal.clientId]);
  if (!claims || !(await descent.isGood(database.sql, claims))) return INACTIVE;
  return {
    active: true,
    subject: claims.subject,
    scope: [...claims.scope].join(' '),
    clientId: claims.clientId,
    expiresAt: BigInt(Math.floor(claims.expiresAt)),
    boundTo: claims.boundTo ?? '',
  };
}
