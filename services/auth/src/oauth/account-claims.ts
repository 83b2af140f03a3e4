import type { Account } from 'oidc-provider';
import { AppError } from '@gatehouse/errors';
import type { AuthContext } from '../auth-context.js';
import { telling } from './oauth-fault.js';
import { currentVisit } from './visit-context.js';

/** Asks the directory for the name that a person chose to be shown. @throws AppError USER_UNKNOWN, or an outage */
export type NameOf = (accountId: string) => Promise<string>;

/**
 * The account behind what the library holds; undefined when it is gone. Whether it may sign in is decided where
 * something is issued.
 */
export async function findAccount(
  context: AuthContext,
  accountId: string,
  nameOf: NameOf,
): Promise<Account | undefined> {
  const account = await telling(() => context.accounts.find(context.database.sql, accountId));
  if (!account) return undefined;
  return {
    accountId,
    claims: async (use, scope) => ({
      sub: accountId,
      ...(holds(scope, 'email') && { email: account.email, email_verified: account.emailVerified }),
      ...(holds(scope, 'profile') && (await profileOf(accountId, nameOf, use))),
    }),
  };
}

/**
 * What the directory knows. When it is away whoever asks is told so; a sign-in goes on without the name, as a code is
 * good once.
 */
async function profileOf(accountId: string, nameOf: NameOf, use: string): Promise<{ name?: string }> {
  try {
    return { name: await telling(() => nameOf(accountId)) };
  } catch (error) {
    if (error instanceof AppError && error.reason === 'USER_UNKNOWN') return {};
    if (use === 'userinfo') throw error;
    const { log, requestId } = currentVisit();
    log.warn({ error, request_id: requestId }, 'an ID token is without the name');
    return {};
  }
}

function holds(scope: string, word: string): boolean {
  return scope.split(' ').includes(word);
}
