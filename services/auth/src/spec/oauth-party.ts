import { randomUUID } from 'node:crypto';
import { Client, ClientKind, GrantType } from '@gatehouse/contracts/auth';
import type { SpecProofKey } from '@gatehouse/testing';
import type { CryptoKey } from 'jose';
import * as openid from 'openid-client';
import { registerClient } from '../client/create-client.js';
import { SpecBrowser } from './browser.js';
import { ISSUER, PASSWORD, type RunningAuth } from './running-auth.js';

/** Where clients of specs are sent back to. */
export const REDIRECT_URI = 'https://app.example/callback';

/** Changes how a client of a spec is registered. */
export type Registration = Partial<Client>;

const ORIGIN = { action: 'Spec', actor: 'operator', traceId: '0'.repeat(32), requestId: 'spec' };

/** How to reach the service at a port as if it were where the issuer is. */
export function fetchAt(portOf: () => number): openid.CustomFetch {
  return (url, { method, headers, body }) => {
    const { pathname, search } = new URL(url);
    return fetch(`http://127.0.0.1:${portOf()}${pathname}${search}`, {
      method,
      headers,
      body: body as RequestInit['body'],
      redirect: 'manual',
    });
  };
}

/** A client that is registered, and the library by which it works. */
export interface OauthParty {
  readonly id: string;
  readonly secret: string;
  /** Whether it proves itself, and so pushes its requests. */
  readonly pushes: boolean;
  readonly config: openid.Configuration;
}

/**
 * Registers a client with a secret, which may do all that there is, unless told otherwise.
 *
 * @param key what it proves itself with instead, of those that it is registered with
 */
export async function oauthParty(
  auth: RunningAuth,
  more: Registration = {},
  portOf = () => auth.service.httpPort!,
  key?: CryptoKey,
): Promise<OauthParty> {
  const registration = Client.fromPartial({
    displayName: 'Example app',
    kind: ClientKind.WEB,
    grantTypes: [GrantType.AUTHORIZATION_CODE, GrantType.REFRESH_TOKEN],
    redirectUris: [REDIRECT_URI],
    permissions: ['resources:read', 'resources:write'],
    ...more,
  });
  const { row, secret } = await registerClient(auth.context, registration, ORIGIN);
  const plain = secret === '' ? openid.None() : openid.ClientSecretBasic(secret);
  const proof = key === undefined ? plain : openid.PrivateKeyJwt(key);
  const config = await openid.discovery(new URL(ISSUER), row.id, undefined, proof, {
    [openid.customFetch]: fetchAt(portOf),
  });
  return { id: row.id, secret, pushes: secret !== '' || key !== undefined, config };
}

/** A request of a client to sign somebody in, on its way. */
export interface Authorization {
  /** Where the browser is sent to. */
  readonly url: URL;
  readonly verifier: string;
  readonly state: string;
}

/** Begins an authorization: pushed for a client that proves itself, plain for another. */
export async function beginAuthorization(
  { config, pushes }: OauthParty,
  parameters: Readonly<Record<string, string>> = {},
): Promise<Authorization> {
  const verifier = openid.randomPKCECodeVerifier();
  const state = randomUUID();
  const all = {
    redirect_uri: REDIRECT_URI,
    scope: 'openid resources:read',
    code_challenge: await openid.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    ...parameters,
  };
  const url = pushes
    ? await openid.buildAuthorizationUrlWithPAR(config, all)
    : openid.buildAuthorizationUrl(config, all);
  return { url, verifier, state };
}

/** What a person does in a browser on the way. */
export interface Person {
  readonly email: string;
  readonly password?: string;
  /** `deny` sends the client away. */
  readonly decision?: 'allow' | 'deny';
}

/** Goes through the pages until they lead elsewhere, or on to nothing. @returns where the browser is in the end */
export async function visitPages(browser: SpecBrowser, url: URL, person: Person): Promise<URL> {
  const { email, password = PASSWORD, decision = 'allow' } = person;
  let at = url;
  for (let step = 0; step < 20; step++) {
    if (at.origin !== ISSUER) return at;
    const path = at.pathname + at.search;
    const answer = await browser.get(path);
    const location = answer.headers.location ?? /url=([^"]+)"/.exec(answer.text)?.[1];
    if (location !== undefined) {
      at = new URL(location, ISSUER);
      continue;
    }
    const [, action] = /<form method="post" action="([^"]+)"/.exec(answer.text) ?? [];
    if (action === undefined && answer.status === 200) return at;
    if (action === undefined) throw new Error(`${answer.status} ${path}: ${answer.text}`);
    const isConsent = answer.text.includes('name="decision"');
    const form = { ...hiddenFields(answer.text), ...(isConsent ? { decision } : { email, password }) };
    const posted = await browser.post(action, form);
    if (posted.headers.location === undefined) throw new Error(`${posted.status} ${action}: ${posted.text}`);
    at = new URL(posted.headers.location, ISSUER);
  }
  throw new Error('the pages lead nowhere');
}

/** The fields of a page's form that people do not fill in. */
export function hiddenFields(page: string): Readonly<Record<string, string>> {
  const fields = [...page.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)];
  return Object.fromEntries(fields.map(([, name = '', value = '']) => [name, value]));
}

/** What a client is given in the end. */
export type PartyTokens = openid.TokenEndpointResponse & openid.TokenEndpointResponseHelpers;

/** A code that a client was sent back with, and how it is redeemed. */
export interface Redeemable {
  readonly code: string;
  /** @param options such as the key that what is given is bound to */
  redeem(options?: openid.DPoPOptions): Promise<PartyTokens>;
}

/** The way of the code to the pages and back. */
export async function obtainCode(
  party: OauthParty,
  browser: SpecBrowser,
  person: Person,
  parameters: Readonly<Record<string, string>> = {},
): Promise<Redeemable> {
  const { url, verifier, state } = await beginAuthorization(party, parameters);
  const back = await visitPages(browser, url, person);
  const { scope = 'openid' } = parameters;
  const checks = {
    pkceCodeVerifier: verifier,
    expectedState: state,
    ...(parameters['nonce'] !== undefined && { expectedNonce: parameters['nonce'] }),
    idTokenExpected: scope.split(' ').includes('openid'),
  };
  return {
    code: back.searchParams.get('code') ?? '',
    redeem: (options) => openid.authorizationCodeGrant(party.config, back, checks, undefined, options),
  };
}

/** The whole way of the code: to the pages, back, and to the tokens. */
export async function signInAt(
  party: OauthParty,
  browser: SpecBrowser,
  person: Person,
  parameters: Readonly<Record<string, string>> = {},
  options?: openid.DPoPOptions,
): Promise<PartyTokens> {
  return (await obtainCode(party, browser, person, parameters)).redeem(options);
}

/** Has the library prove possession of a key with each request of a party (DPoP, RFC 9449). */
export async function dpopOf(
  { config }: Pick<OauthParty, 'config'>,
  key: SpecProofKey,
): Promise<openid.DPoPOptions> {
  return { DPoP: openid.getDPoPHandle(config, await key.keyPair()) };
}

/** Sends a form to an endpoint as a party would, without the library, which refuses to do what specs try. */
export async function postAs(
  { id, secret }: Pick<OauthParty, 'id' | 'secret'>,
  port: number,
  path: string,
  form: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<{
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers: Headers;
}> {
  const proof = secret !== '' && {
    authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
  };
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: 'POST',
    headers: { ...proof, ...headers },
    body: new URLSearchParams({ ...(secret === '' && { client_id: id }), ...form }),
    redirect: 'manual',
  });
  const text = await answer.text();
  const body = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
  return { status: answer.status, body, headers: answer.headers };
}

/** The error code of OAuth that a request is refused with. */
export async function faultOf(request: Promise<unknown>): Promise<string> {
  try {
    await request;
  } catch (error) {
    if (error instanceof openid.ResponseBodyError || error instanceof openid.AuthorizationResponseError)
      return error.error;
    if (error instanceof openid.WWWAuthenticateChallengeError)
      return error.cause[0]?.parameters['error'] ?? 'invalid_client';
    throw error;
  }
  return 'OK';
}
