import { Credential } from '@gatehouse/contracts/access';
import type { ExchangeRequest, ExchangeResponse } from '@gatehouse/contracts/auth';
import type { Call } from '@gatehouse/grpc';
import { exchangeApiKey } from '../api-key/exchange-api-key.js';
import type { AuthContext } from '../auth-context.js';
import { exchangeSession } from '../session/exchange-session.js';

/**
 * Exchanges a session's secret or an API key for an access token that descends from it.
 *
 * @throws AppError CREDENTIAL_INVALID for every cause
 */
export async function exchange(
  context: AuthContext,
  { subjectToken, subjectTokenType }: ExchangeRequest,
  call: Call,
): Promise<ExchangeResponse> {
  const exchangeIt = subjectTokenType === Credential.SESSION ? exchangeSession : exchangeApiKey;
  return { tokens: await exchangeIt(context, subjectToken, call) };
}
