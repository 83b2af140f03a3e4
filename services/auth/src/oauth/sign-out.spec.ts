import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SESSION_COOKIE } from '@gatehouse/session-cookie';
import { eventually } from '@gatehouse/testing';
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose';
import * as openid from 'openid-client';
import type { SpecBrowser } from '../spec/browser.js';
import { faultOf, oauthParty, signInAt, type OauthParty, type PartyTokens } from '../spec/oauth-party.js';
import { ISSUER, reasonOf } from '../spec/running-auth.js';
import { twoReplicas, type TwoReplicas } from '../spec/two-replicas.js';

const BACK = 'https://app.example/bye';

let replicas: TwoReplicas;
let auth: TwoReplicas['auth'];
let party: OauthParty;
let told: URLSearchParams[];
let server: Server;
let person: Awaited<ReturnType<TwoReplicas['auth']['signedIn']>>;
let browser: SpecBrowser;
let tokens: PartyTokens;

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      told.push(new URLSearchParams(body));
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  replicas = await twoReplicas({ GATEHOUSE_OUTBOUND_ADDRESSES: 'any' });
  ({ auth } = replicas);
  const logoutUri = `http://127.0.0.1:${port}/told`;
  party = await oauthParty(auth, { logoutRedirectUris: [BACK], logoutUri }, replicas.nextPort);
});
afterAll(async () => {
  await replicas.close();
  server.close();
});
beforeEach(async () => {
  told = [];
  person = await auth.signedIn();
  browser = replicas.newBrowser();
  tokens = await signInAt(party, browser, person, {
    scope: 'openid offline_access resources:read',
    prompt: 'consent',
  });
});

const endUrl = (more: Record<string, string> = {}) =>
  openid.buildEndSessionUrl(party.config, {
    post_logout_redirect_uri: BACK,
    id_token_hint: tokens.id_token!,
    state: 'a state',
    ...more,
  });
const secretIn = (page: string) => /name="xsrf" value="([^"]+)"/.exec(page)?.[1] ?? '';
const confirm = (page: string, answer: Readonly<Record<string, string>>) =>
  browser.post('/oauth2/logout/confirm', { xsrf: secretIn(page), ...answer });

describe('signing out at a client', () => {
  it('ends the session here once the person says so, and tells the client by its back channel', async () => {
    const secret = browser.cookies.get(SESSION_COOKIE) ?? '';
    const { pathname, search } = endUrl();
    const asked = await browser.get(pathname + search);
    expect(asked.text).not.toContain('<script');
    expect(asked.headers['content-security-policy']).toContain('https://app.example');
    expect(await reasonOf(auth.sessions.exchange(secret))).toBe('OK');
    const done = await confirm(asked.text, { logout: 'yes' });
    expect(done).toMatchObject({ status: 303, headers: { location: `${BACK}?state=a+state` } });
    expect(await reasonOf(auth.sessions.exchange(secret))).toBe('CREDENTIAL_INVALID');
    expect((await browser.get('/account')).status).toBe(303);

    const [form] = await eventually(() => {
      expect(told).toHaveLength(1);
      return told;
    });
    const keys = createLocalJWKSet({ keys: [...auth.context.keys.published] } as JSONWebKeySet);
    const { payload, protectedHeader } = await jwtVerify(form!.get('logout_token') ?? '', keys, {
      issuer: ISSUER,
      audience: party.id,
    });
    expect(protectedHeader.typ).toBe('logout+jwt');
    expect(payload).toMatchObject({
      sub: tokens.claims()!.sub,
      sid: tokens.claims()!['sid'],
      events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
    });
    // Whoever signs out has not disconnected the app.
    expect(await faultOf(openid.refreshTokenGrant(party.config, tokens.refresh_token!))).toBe('OK');
  });

  it('ends no session when the person stays: the client alone is told, and has to ask again', async () => {
    const secret = browser.cookies.get(SESSION_COOKIE) ?? '';
    const { pathname, search } = endUrl();
    const asked = await browser.get(pathname + search);
    await confirm(asked.text, {});
    expect(await reasonOf(auth.sessions.exchange(secret))).toBe('OK');
    expect((await browser.get('/account')).status).toBe(200);
    await eventually(() => expect(told).toHaveLength(1));
  });

  it('is nothing that another site can do', async () => {
    const secret = browser.cookies.get(SESSION_COOKIE) ?? '';
    const { pathname, search } = endUrl();
    const asked = await browser.get(pathname + search);
    const form = { xsrf: secretIn(asked.text), logout: 'yes' };
    const headers = { 'sec-fetch-site': 'cross-site' };
    const answer = await browser.send('/oauth2/logout/confirm', { method: 'POST', form, headers });
    expect(answer.status).toBe(403);
    expect(await reasonOf(auth.sessions.exchange(secret))).toBe('OK');
  });

  it.each(['https://evil.example/', `${BACK}/`, `${BACK}?a`])('leads nobody to %s', async (uri) => {
    const { pathname, search } = endUrl({ post_logout_redirect_uri: uri });
    const answer = await browser.get(pathname + search);
    expect(answer.status).toBe(400);
    expect(answer.headers.location).toBeUndefined();
  });

  it('is over as soon as the session ends here: clients are told, and the next request asks to sign in', async () => {
    await browser.post('/account/sign-out');
    expect(told).toHaveLength(1);
    const [, payload = ''] = told[0]!.get('logout_token')!.split('.');
    expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toMatchObject({
      sub: tokens.claims()!.sub,
      sid: tokens.claims()!['sid'],
    });
    await expect(signInAt(party, browser, person, { prompt: 'none' })).rejects.toMatchObject({
      error: 'login_required',
    });
  });
});
