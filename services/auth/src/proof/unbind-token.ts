import type { UnbindTokenRequest, UnbindTokenResponse } from '@gatehouse/contracts/auth';
import { AppError } from '@gatehouse/errors';
import type { Call } from '@gatehouse/grpc';
import { proofInvalid, proofRefusal } from '@gatehouse/guard';
import type { Sql } from '@gatehouse/postgres';
import { verifyProof, type Claims } from '@gatehouse/tokens';
import { originOf } from '../audit/audit-event.store.js';
import type { AuthContext } from '../auth-context.js';
import { authReasons } from '../reasons.js';
import { signAccessToken } from '../token/access-token.js';

/**
 * Signs a bound access token without its binding, for a proof that nobody has used before. It is the same access token:
 * what revokes one revokes the other, and neither outlives the other.
 *
 * @throws AppError CREDENTIAL_INVALID, PROOF_INVALID, KEYS_UNAVAILABLE, DATABASE_UNAVAILABLE
 */
export async function unbindToken(
  context: AuthContext,
  { accessToken, proof, httpMethod, path }: UnbindTokenRequest,
  call: Call,
): Promise<UnbindTokenResponse> {
  const { database, issuedTokens, apiAudience, webOrigin, keyStore, audit } = context;
  const claims = await issuedTokens.read(accessToken, [apiAudience]);
  // No token at all leaves no trace: strangers must not make tables grow.
  if (!claims) throw authReasons.CREDENTIAL_INVALID({ logReason: 'NO_ACCESS_TOKEN' });
  const { boundTo, clientId, subject } = claims;
  const origin = originOf(call);
  if (boundTo === undefined)
    return audit.refuse(database.sql, origin, authReasons.CREDENTIAL_INVALID(), subject);
  const now = Date.now() / 1_000;
  const uri = webOrigin + path;
  const proofId = verified(proof, { method: httpMethod, uri, accessToken, boundTo, now });
  // A refusal is decided, not thrown: its event has to be committed.
  const decided = await database.transaction(async (tx) => {
    const refusal = await refusalOf(context, tx, claims, proofId);
    await audit.append(tx, { origin, actor: clientId, target: subject, outcome: refusal?.logReason ?? 'OK' });
    return refusal ?? { keyId: await keyStore.activeKeyId(tx) };
  });
  if (decided instanceof AppError) throw decided;
  return { tokens: await sign(context, claims, decided.keyId) };
}

/** Uses up the proof of what is good. @returns undefined when both are accepted */
async function refusalOf(
  { descent, usedProofs }: AuthContext,
  tx: Sql,
  claims: Claims,
  proofId: string,
): Promise<AppError | undefined> {
  if (!(await descent.isGood(tx, claims))) return authReasons.CREDENTIAL_INVALID({ logReason: 'INACTIVE' });
  return (await usedProofs.use(tx, proofId)) ? undefined : proofInvalid('PROOF_REPLAYED');
}

/** @throws AppError PROOF_INVALID */
function verified(...proof: Parameters<typeof verifyProof>): string {
  try {
    return verifyProof(...proof).id;
  } catch (error) {
    throw proofRefusal(error);
  }
}

async function sign({ keys, acceptedKeys }: AuthContext, claims: Claims, keyId: string | undefined) {
  const key = await keys.signer(keyId);
  await acceptedKeys.wait(key.keyId);
  const { subject, clientId, sessionId, credential, authTime, actor, issuedAt, expiresAt, tokenId } = claims;
  const scope = [...claims.scope].join(' ');
  const grant = {
    iss: claims.issuer,
    aud: claims.audience,
    sub: subject,
    client_id: clientId,
    sid: sessionId,
    credential,
    auth_time: authTime,
    scope,
    ...(actor && { act: actor }),
  };
  const accessToken = signAccessToken(key, grant, issuedAt, expiresAt - issuedAt, tokenId);
  const expiresIn = Math.max(0, Math.floor(expiresAt - Date.now() / 1_000));
  return { accessToken, tokenType: 'Bearer', expiresIn, refreshToken: '', scope };
}
