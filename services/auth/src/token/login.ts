import { randomUUID } from 'node:crypto';
import type { LoginRequest, LoginResponse } from '@gatehouse/contracts/auth';
import type { Call } from '@gatehouse/grpc';
import { emailKey } from '../account/email-key.js';
import { originOf } from '../audit/audit-event.store.js';
import type { Credentials } from '../account/account.store.js';
import type { AuthContext } from '../auth-context.js';
import { authReasons } from '../reasons.js';
import { readIssue, toTokenSet } from './sign-in.js';

/**
 * Begins a sign-in. An unknown account costs what a wrong password costs: one read, one hash, one event.
 *
 * @throws AppError CREDENTIALS_INVALID, HASH_QUEUE_FULL
 */
export async function login(context: AuthContext, request: LoginRequest, call: Call): Promise<LoginResponse> {
  const { database, accounts, families, passwords, refreshTokens, audit } = context;
  const origin = originOf(call);
  const account = await accounts.findByEmailKey(database.sql, emailKey(request.email));
  const refuse = () => audit.refuse(database.sql, origin, authReasons.CREDENTIALS_INVALID(), account?.id);
  const { matches, outdated } = await passwords.verify(account?.passwordHash, request.password, call.signal);
  if (!account || !matches) return refuse();

  const refreshToken = refreshTokens.first();
  const familyId = randomUUID();
  const decided = await database.transaction(async (tx) => {
    const issue = await readIssue(context, tx, account.id);
    // The password may have changed, or the account gone, while the hash was computed.
    if (issue?.facts.passwordVersion !== account.passwordVersion) return undefined;
    await families.begin(tx, { id: familyId, accountId: account.id, firstHash: refreshToken.hash });
    await audit.append(tx, { origin, actor: account.id, target: account.id, outcome: 'OK' });
    return {
      ...issue,
      subject: account.id,
      sessionId: familyId,
      credential: 'token_family' as const,
      authTime: issue.facts.issuedAt,
      refreshToken: refreshToken.text,
    };
  });
  if (!decided) return refuse();
  if (outdated) {
    // The sign-in stands: what fails here is tried again at the next one.
    await renewHash(context, account, request.password, call).catch((error: unknown) => {
      call.log.warn({ error, request_id: call.requestId }, 'password hash not renewed');
    });
  }
  return { tokens: await toTokenSet(context, decided) };
}

async function renewHash(
  { database, accounts, passwords }: AuthContext,
  { id, passwordVersion }: Credentials,
  password: string,
  { signal }: Call,
): Promise<void> {
  const passwordHash = await passwords.hash(password, signal);
  await accounts.rehashPassword(database.sql, id, passwordVersion, passwordHash);
}
