import { createHash, randomBytes } from 'node:crypto';
import { SESSION_COOKIE, succeeded, type RestClient } from './rest-client.js';

/** Where apps of specs are sent back to. Nobody listens. */
const REDIRECT_URI = 'https://app.example/callback';

/** More pages than there are on the way. */
const MAX_STEPS = 12;

/** What an app holds of a person. */
export interface AppTokens {
  readonly accessToken: string;
  readonly refreshToken: string;
}

/** Registers an app that keeps no secret. @param admin shows who may register one. @returns its ID */
export async function registerApp(admin: RestClient, permissions: readonly string[]): Promise<string> {
  const client = {
    displayName: 'An app of a spec',
    kind: 'CLIENT_KIND_NATIVE',
    grantTypes: ['GRANT_TYPE_AUTHORIZATION_CODE', 'GRANT_TYPE_REFRESH_TOKEN'],
    redirectUris: [REDIRECT_URI],
    permissions,
  };
  return succeeded(await admin.post<{ client: { id: string } }>('/v1/clients', client)).client.id;
}

/**
 * Has somebody who is signed in let an app do things for them, as their browser and the app would.
 *
 * @param gateway its base URL
 * @param session the secret of the session's cookie
 * @throws Error when it does not end well
 */
export async function connectApp(
  gateway: string,
  clientId: string,
  session: string,
  permissions: readonly string[],
): Promise<AppTokens & { readonly code: string }> {
  const { back, verifier } = await authorizeApp(gateway, clientId, session, permissions);
  const code = back.searchParams.get('code') ?? '';
  const form = {
    grant_type: 'authorization_code',
    code,
    redirect_uri: REDIRECT_URI,
    code_verifier: verifier,
  };
  const { accessToken, refreshToken, error } = await askForTokens(gateway, clientId, form);
  if (error !== undefined) throw new Error(`the code was answered ${error}`);
  return { accessToken, refreshToken, code };
}

/** The same up to the app. @returns where the browser was sent back to, and what the app proves itself with */
export async function authorizeApp(
  gateway: string,
  clientId: string,
  session: string,
  permissions: readonly string[],
): Promise<{ readonly back: URL; readonly verifier: string }> {
  const verifier = randomBytes(32).toString('base64url');
  const asked = new URLSearchParams({
    client_id: clientId,
    response_type: 'code',
    redirect_uri: REDIRECT_URI,
    scope: ['openid', 'offline_access', ...permissions].join(' '),
    prompt: 'consent',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  return { back: await allow(gateway, `/oauth2/auth?${asked.toString()}`, session), verifier };
}

/** Asks the token endpoint. @returns tokens, or the error code of OAuth */
export async function askForTokens(
  gateway: string,
  clientId: string,
  form: Readonly<Record<string, string>>,
): Promise<AppTokens & { readonly error: string | undefined }> {
  const body = new URLSearchParams({ client_id: clientId, ...form });
  const answer = await fetch(`${gateway}/oauth2/token`, { method: 'POST', body });
  const said = (await answer.json()) as Partial<Record<string, string>>;
  const { access_token: accessToken = '', refresh_token: refreshToken = '', error } = said;
  return { accessToken, refreshToken, error };
}

/** Goes through the pages, consents, and stops where the browser is sent to the app. */
async function allow(gateway: string, path: string, session: string): Promise<URL> {
  const cookies = new Map([[SESSION_COOKIE, session]]);
  const send = async (to: string, body?: URLSearchParams) => {
    const cookie = [...cookies].map((pair) => pair.join('=')).join('; ');
    const headers = { cookie, ...(body && { origin: gateway, 'sec-fetch-site': 'same-origin' }) };
    const answer = await fetch(gateway + to, {
      method: body ? 'POST' : 'GET',
      headers,
      redirect: 'manual',
      ...(body && { body }),
    });
    for (const line of answer.headers.getSetCookie()) {
      const [pair = ''] = line.split(';');
      const at = pair.indexOf('=');
      cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
    return { location: answer.headers.get('location'), text: await answer.text(), status: answer.status };
  };
  let at = path;
  for (let step = 0; step < MAX_STEPS; step++) {
    const page = await send(at);
    const shown = /name="permissions" value="([^"]*)"/.exec(page.text)?.[1];
    const allowing = { decision: 'allow', permissions: shown ?? '' };
    const answer = shown === undefined ? page : await send(at, new URLSearchParams(allowing));
    if (answer.location === null) throw new Error(`${at} was answered ${answer.status}: ${answer.text}`);
    const target = new URL(answer.location, gateway);
    if (target.href.startsWith(REDIRECT_URI)) return target;
    at = target.pathname + target.search;
  }
  throw new Error('the pages lead nowhere');
}
