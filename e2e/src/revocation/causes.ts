import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '@gatehouse/testing';
import { decodeHeader } from '../client/access-token.js';
import { PATIENCE_MS } from '../client/patience.js';
import { login } from '../client/person.js';
import { succeeded, type RestClient } from '../client/rest-client.js';
import type { OwnSystem } from '../system/own-system.js';
import { signInDemo } from '../system/system-facts.js';
import type { Cause } from './effects.js';
import type { Holder } from './holder.js';

/** Where a cause happens. */
export interface Scene {
  readonly own: OwnSystem;
  readonly rest: RestClient;
  readonly holder: Holder;
}

/** For how long a repeated refresh is taken for a lost answer, with room for the clocks. */
const RETRY_WINDOW_MS = 10_500;

/** Brings each cause about; it has happened when the promise resolves. */
export const HAPPEN: Readonly<Record<Cause, (scene: Scene) => Promise<unknown>>> = {
  logout: async ({ rest, holder: { refreshToken } }) =>
    succeeded(await rest.post('/v1/auth/logout', { refreshToken })),

  'session ended': async ({ rest, holder: { person, sessionId } }) =>
    succeeded(await rest.as(person.accessToken).delete(`/v1/sessions/${sessionId}`)),

  'password changed': async ({ rest, holder: { person } }) => {
    const { email, password: currentPassword } = person;
    const { accessToken } = await login(rest, email, currentPassword);
    const change = { currentPassword, newPassword: `another ${currentPassword}` };
    succeeded(await rest.as(accessToken).post('/v1/accounts/me:changePassword', change));
    succeeded(await rest.as(accessToken).get('/v1/accounts/me'));
  },

  'password reset': async ({ own, rest, holder: { person } }) => {
    const { email, password, accessToken } = person;
    const mailed = (subject: string) =>
      eventually(() => mailedCode(own.mailFolder, email, subject), PATIENCE_MS);
    // Of an address that nobody has verified the API keys would be taken for a stranger's.
    succeeded(await rest.as(accessToken).post('/v1/accounts/me:requestEmailVerification', {}));
    const verification = { code: await mailed('Verify your address') };
    succeeded(await rest.post('/v1/accounts:verifyEmail', verification));
    succeeded(await rest.post('/v1/accounts:requestPasswordReset', { email }));
    const code = await mailed('Set a new password');
    const reset = { code, newPassword: `another ${password}` };
    succeeded(await rest.post('/v1/accounts:resetPassword', reset));
  },

  demotion: async (scene) =>
    succeeded(
      await (
        await asAdmin(scene)
      ).post(`/v1/accounts/${scene.holder.person.subject}/roles:withdraw`, { role: 'admin' }),
    ),

  suspension: async (scene) =>
    succeeded(await (await asAdmin(scene)).post(`/v1/accounts/${scene.holder.person.subject}:suspend`, {})),

  deletion: async (scene) =>
    succeeded(await (await asAdmin(scene)).delete(`/v1/users/${scene.holder.person.subject}`)),

  'API key revoked': async ({ rest, holder: { person, apiKeyId } }) =>
    succeeded(await rest.as(person.accessToken).delete(`/v1/apiKeys/${apiKeyId}`)),

  'refresh reuse': async ({ rest, holder: { spent } }) => {
    await delay(Math.max(0, spent.at + RETRY_WINDOW_MS - performance.now()));
    const { refreshToken } = spent;
    const { status } = await rest.post('/v1/auth/refresh', { refreshToken });
    if (status !== 401) throw new Error(`a spent refresh token was answered ${status}`);
  },

  'app disconnected': async ({ rest, holder: { person, app } }) =>
    succeeded(await rest.as(person.accessToken).delete(`/v1/grants/${app.grantId}`)),

  'app shut out': async (scene) =>
    succeeded(await (await asAdmin(scene)).post(`/v1/clients/${scene.holder.app.clientId}:disable`, {})),

  'any of these, of somebody else': async () => undefined,

  'signing key revoked': async (scene) => {
    const { kid } = decodeHeader(scene.holder.person.accessToken);
    await revoke(scene, 'SIGNING_KEY', String(kid));
  },

  'everything revoked': (scene) => revoke(scene, 'EVERYTHING', ''),
};

async function asAdmin({ own, rest }: Scene): Promise<RestClient> {
  return rest.as((await signInDemo(own, 'admin')).accessToken);
}

async function revoke(scene: Scene, kind: string, key: string): Promise<void> {
  const order = { kind: `REVOCATION_KIND_${kind}`, key };
  succeeded(await (await asAdmin(scene)).post('/v1/revocations', order));
}

/** The code in the mail of a subject to somebody. @throws Error while there is no such mail */
async function mailedCode(folder: string, email: string, subject: string): Promise<string> {
  for (const name of await readdir(folder)) {
    if (!name.endsWith('.eml')) continue;
    const mail = await readFile(join(folder, name), 'utf8');
    const isIt = mail.includes(email) && mail.includes(`Subject: ${subject}`);
    const code = isIt ? /^Your code: ([\w-]+)$/m.exec(mail)?.[1] : undefined;
    if (code !== undefined) return code;
  }
  throw new Error('no mail with a code has come');
}
