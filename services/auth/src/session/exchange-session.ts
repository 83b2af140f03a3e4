import type { TokenSet } from '@gatehouse/contracts/auth';
import type { Call } from '@gatehouse/grpc';
import type { AuthContext } from '../auth-context.js';

export async function exchangeSession(
  _context: AuthContext,
  _secret: string,
  _call: Call,
): Promise<TokenSet> {
  throw new Error('not built yet');
}
