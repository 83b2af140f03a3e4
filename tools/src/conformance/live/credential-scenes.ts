import { setTimeout as delay } from 'node:timers/promises';
import { Credential } from '@gatehouse/contracts/access';
import { TokenServiceClient } from '@gatehouse/contracts/auth';
import { callUnary as callPeer } from '@gatehouse/grpc/client';
import { credentials } from '@grpc/grpc-js';
import { transformSignature } from '../signature-forms.js';
import { setSpareBit } from '../text-forms.js';
import type { Scene } from './scenes.js';
import { bearer, claimsOf, LIST_USERS, type Stage } from './stage.js';

/** For how long a repeated refresh is taken for a lost answer, with room for the clocks. */
const RETRY_WINDOW_MS = 10_500;

/** What ends credentials, done as people do it; the access token that is presented is auth's own. */
export const credentialScenes = {
  'reuse:refresh': async (stage) => {
    const { accessToken, refreshToken } = await goodPerson(stage);
    await stage.succeed('POST', '/v1/auth/refresh', { body: { refreshToken } });
    await delay(RETRY_WINDOW_MS);
    const { status } = await stage.rest('POST', '/v1/auth/refresh', { body: { refreshToken } });
    if (status !== 401) throw new Error(`a spent refresh token was answered ${status}`);
    return stage.settled(() => stage.present(accessToken));
  },

  'disable:user': async (stage) => {
    const { accessToken } = await goodPerson(stage);
    const admin = await demoAdmin(stage);
    const { sub } = claimsOf(accessToken);
    await stage.succeed('POST', `/v1/accounts/${String(sub)}:suspend`, { body: {}, headers: bearer(admin) });
    return stage.settled(() => stage.present(accessToken));
  },

  'delete:user': async (stage) => {
    const { accessToken } = await goodPerson(stage);
    const { sub } = claimsOf(accessToken);
    await stage.succeed('DELETE', `/v1/users/${String(sub)}`, { headers: bearer(accessToken) });
    return stage.settled(() => stage.present(accessToken));
  },

  'password:changed': async (stage) => {
    const { accessToken, email, password } = await goodPerson(stage);
    const other = await stage.signIn(email, password);
    await stage.succeed('POST', '/v1/accounts/me:changePassword', {
      body: { currentPassword: password, newPassword: `another ${password}` },
      headers: bearer(other.accessToken),
    });
    const seen = await stage.settled(() => stage.present(accessToken));
    await stage.requireGood(other.accessToken);
    return seen;
  },

  'revoke:apikey': async (stage) => {
    const { accessToken } = await goodPerson(stage);
    const headers = bearer(accessToken);
    const body = { displayName: 'conformance', permissions: ['resources:read'] };
    const { apiKey, secret } = await stage.succeed('POST', '/v1/apiKeys', { body, headers });
    const exchanged = await exchange(stage, String(secret));
    await stage.requireGood(exchanged);
    const byKey = { headers: [['x-api-key', String(secret)] as const] };
    await stage.succeed('GET', LIST_USERS.route, byKey);
    await stage.succeed('DELETE', `/v1/apiKeys/${(apiKey as { id: string }).id}`, { headers });
    const seen = await stage.settled(() => stage.present(exchanged));
    const { status } = await stage.rest('GET', LIST_USERS.route, byKey);
    return seen.http === 401 ? { ...seen, http: status } : seen;
  },

  'revoke:jti sig:n-s': (stage) =>
    respelled(stage, (signature) =>
      transformSignature('highs', Buffer.from(signature, 'base64url')).toString('base64url'),
    ),

  'revoke:jti enc:bits': (stage) => respelled(stage, setSpareBit),
} satisfies Record<string, Scene>;

/** Somebody whose access token is good at both faces. */
export async function goodPerson(stage: Stage) {
  const person = await stage.newPerson();
  await stage.requireGood(person.accessToken);
  return person;
}

/** Revokes an access token alone, and waits until it is refused. */
export async function revokeToken(stage: Stage, accessToken: string): Promise<void> {
  await stage.succeed('POST', '/v1/auth/revoke', { body: { token: accessToken } });
  const { grpc, http } = await stage.settled(() => stage.present(accessToken));
  if (grpc !== 'UNAUTHENTICATED' || http !== 401) throw new Error(`revoked, and answered ${grpc}, ${http}`);
}

/** Presents a revoked access token with its signature spelled in another way. */
async function respelled(stage: Stage, respell: (signature: string) => string) {
  const { accessToken } = await goodPerson(stage);
  await revokeToken(stage, accessToken);
  const [header, payload, signature = ''] = accessToken.split('.');
  return stage.present([header, payload, respell(signature)].join('.'));
}

async function demoAdmin(stage: Stage): Promise<string> {
  const admin = stage.running.accounts.find(({ roles }) => roles.includes('admin'));
  if (!admin) throw new Error('no demo account is an admin');
  return (await stage.signIn(admin.email, admin.password)).accessToken;
}

async function exchange(stage: Stage, secret: string): Promise<string> {
  const client = new TokenServiceClient(`127.0.0.1:${stage.ports.auth}`, credentials.createInsecure());
  try {
    const request = { subjectToken: secret, subjectTokenType: Credential.API_KEY };
    const { tokens } = await callPeer(client.exchange.bind(client), request, { timeoutMs: 10_000 });
    return tokens?.accessToken ?? '';
  } finally {
    client.close();
  }
}
