import type { ShownCredential } from '../../client/rest-client.js';
import type { Befallen, Deed } from '../credentials/actor.js';
import { familyOf, type Holding, type TokensBody } from '../credentials/holdings.js';

/** What befalls the people of a history, and ends what they hold. @param admin the credential of who does it */
export function ordeals(admin: ShownCredential): readonly Deed[] {
  return [
    revokeToken,
    (person) => revoke(person, admin),
    (person) => suspend(person, admin),
    (person) => demote(person, admin),
  ];
}

/** Ends one access token; the sign-in goes on with another one (RFC 7009). */
async function revokeToken(person: Befallen): Promise<boolean> {
  const { holdings, ask } = person;
  const family = holdings.take(holdings.families);
  const { credential } = family;
  const shown = credential.secret;
  const body = { token: shown };
  const { operation } = await ask('RevokeToken', 'POST', '/v1/auth/revoke', { body, shown });
  holdings.note(operation, [credential]);
  return renew(person, [family]);
}

/** Ends a family, a session or a key at an admin's word. */
async function revoke({ holdings, ask, random }: Befallen, admin: ShownCredential): Promise<boolean> {
  const [kind, from] = random.choose(
    (
      [
        ['FAMILY', holdings.families],
        ['SESSION', holdings.sessions],
        ['API_KEY', holdings.keys],
      ] as const
    ).filter(([, held]) => held.length > 0),
  );
  const { id, credential } = holdings.take(from);
  const body = { kind: `REVOCATION_KIND_${kind}`, key: id };
  const more = { body, credential: admin, shown: credential.secret };
  const { operation } = await ask('Revoke', 'POST', '/v1/revocations', more);
  return holdings.note(operation, [credential]);
}

/** Ends every sign-in; keys are refused until the account is reinstated. */
async function suspend({ subject, holdings, ask }: Befallen, admin: ShownCredential): Promise<boolean> {
  const signIns = holdings.endSignIns();
  const path = `/v1/accounts/${subject}`;
  const suspension = { body: {}, credential: admin, shown: secretsOf(signIns) };
  const { operation } = await ask('SuspendAccount', 'POST', `${path}:suspend`, suspension);
  if (operation.status !== 200) return false;
  holdings.note(operation, signIns);
  const back = await ask('ReinstateAccount', 'POST', `${path}:reinstate`, { body: {}, credential: admin });
  return back.operation.status === 200;
}

/** Gives a role and takes it away again: access tokens that speak of it are refused, the sign-ins go on. */
async function demote(person: Befallen, admin: ShownCredential): Promise<boolean> {
  const { subject, holdings, ask } = person;
  const path = `/v1/accounts/${subject}/roles`;
  const body = { role: 'editor' };
  await ask('GrantRole', 'POST', `${path}:grant`, { body, credential: admin });
  const families = holdings.families.splice(0);
  const credentials = families.map(({ credential }) => credential);
  const { operation } = await ask('WithdrawRole', 'POST', `${path}:withdraw`, {
    body,
    credential: admin,
    shown: secretsOf(credentials),
  });
  if (operation.status !== 200) return false;
  holdings.note(operation, credentials);
  return renew(person, families);
}

/** Exchanges what is left of families whose access tokens are gone. */
async function renew({ holdings, ask }: Befallen, families: readonly Holding[]): Promise<boolean> {
  for (const { refreshToken } of families) {
    const more = {
      body: { refreshToken },
      shown: refreshToken,
      got: (answer: { body: { readonly [name: string]: unknown } }) => String(answer.body['refreshToken']),
    };
    const { operation, body } = await ask<TokensBody>('Refresh', 'POST', '/v1/auth/refresh', more);
    if (operation.status === 200) holdings.families.push(familyOf(body));
  }
  return true;
}

function secretsOf(credentials: readonly ShownCredential[]): string {
  return credentials.map(({ secret }) => secret).join(' ');
}
