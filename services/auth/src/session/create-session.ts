import { randomUUID } from 'node:crypto';
import type { CreateSessionRequest, CreateSessionResponse } from '@gatehouse/contracts/auth';
import type { Call } from '@gatehouse/grpc';
import { provePassword, refusePassword } from '../account/prove-password.js';
import { originOf } from '../audit/audit-event.store.js';
import type { AuthContext } from '../auth-context.js';
import { readIssue } from '../token/sign-in.js';
import { newSessionSecret } from './session-secret.js';
import { toSession } from './to-session.js';

/**
 * Begins a session. Its secret is always new: whatever the browser held before, nobody who planted it there is
 * signed in by this (session fixation).
 *
 * @throws AppError CREDENTIALS_INVALID, HASH_QUEUE_FULL
 */
export async function createSession(
  context: AuthContext,
  request: CreateSessionRequest,
  call: Call,
): Promise<CreateSessionResponse> {
  const { database, sessions, audit } = context;
  const account = await provePassword(context, request, call);
  const secret = newSessionSecret();
  const session = {
    id: randomUUID(),
    accountId: account.id,
    hash: secret.hash,
    device: call.userAgent,
    address: call.clientAddress,
  };
  const row = await database.transaction(async (tx) => {
    const issue = await readIssue(context, tx, account.id);
    // The password may have changed, or the account gone, while the hash was computed.
    if (issue?.facts.passwordVersion !== account.passwordVersion) return undefined;
    await audit.append(tx, { origin: originOf(call), actor: account.id, target: account.id, outcome: 'OK' });
    return sessions.begin(tx, session);
  });
  if (!row) return refusePassword(context, call, account.id);
  return { session: toSession(row, row.id), sessionSecret: secret.text };
}
