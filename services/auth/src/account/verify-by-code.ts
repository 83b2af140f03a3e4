import type { AuthContext } from '../auth-context.js';
import type { Caller } from '../caller.js';
import { authReasons } from '../reasons.js';

const PURPOSE = 'email_verification';

/**
 * Marks the address of an account as verified with the code of a mail, whoever presents it: only its reader can.
 *
 * @throws AppError CODE_INVALID, TOO_MANY_ATTEMPTS
 */
export async function verifyByCode(
  { database, accounts, codes, oneTimeCodes, audit, limits }: AuthContext,
  code: string,
  { origin, address }: Caller,
): Promise<void> {
  const { hash } = oneTimeCodes.presented(code);
  const owner = await codes.ownerOf(database.sql, PURPOSE, hash);
  const refuse = () => audit.refuse(database.sql, origin, authReasons.CODE_INVALID(), owner?.accountId);
  if (!owner) {
    await limits.count('unknownCredential', address);
    return refuse();
  }
  const { accountId } = owner;
  const done = await database.transaction(async (tx) => {
    await accounts.lock(tx, accountId);
    if (!(await codes.use(tx, PURPOSE, hash))) return false;
    await accounts.verifyEmail(tx, accountId);
    await audit.append(tx, { origin, actor: accountId, target: accountId, outcome: 'OK' });
    return true;
  });
  if (!done) await refuse();
}
