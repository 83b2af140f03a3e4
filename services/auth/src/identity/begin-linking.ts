import type { BeginLinkingRequest, BeginLinkingResponse } from '@gatehouse/contracts/auth';
import type { Call } from '@gatehouse/grpc';
import type { AuthContext } from '../auth-context.js';
import { callerOf } from '../caller.js';
import { askForLink } from '../login-flow/ask-for-link.js';

/** @throws AppError PROVIDER_UNKNOWN */
export async function beginLinking(
  context: AuthContext,
  { provider }: BeginLinkingRequest,
  call: Call,
): Promise<BeginLinkingResponse> {
  const { subject: accountId, sessionId = '' } = call.principal;
  return askForLink(context, { provider, accountId, sessionId }, callerOf(call));
}
