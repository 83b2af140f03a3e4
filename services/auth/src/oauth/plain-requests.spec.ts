import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash, randomUUID } from 'node:crypto';
import { clientCalls } from '../spec/client-calls.js';
import { oauthParty, postAs, REDIRECT_URI, visitPages, type OauthParty } from '../spec/oauth-party.js';
import { ISSUER } from '../spec/running-auth.js';
import { twoReplicas, type TwoReplicas } from '../spec/two-replicas.js';

const VERIFIER = 'v'.repeat(43);
const CHALLENGE = {
  code_challenge: createHash('sha256').update(VERIFIER).digest('base64url'),
  code_challenge_method: 'S256',
};

let replicas: TwoReplicas;
let auth: TwoReplicas['auth'];
let plain: OauthParty;

beforeAll(async () => {
  replicas = await twoReplicas();
  ({ auth } = replicas);
  plain = await oauthParty(auth, { plainRequests: true }, replicas.nextPort);
});
afterAll(() => replicas.close());

const ask = (more: Readonly<Record<string, string>> = {}, { id } = plain) => {
  const form = { client_id: id, response_type: 'code', redirect_uri: REDIRECT_URI, scope: 'openid', ...more };
  return new URL(`${ISSUER}/oauth2/auth?${new URLSearchParams(form).toString()}`);
};
const obtain = async (more: Readonly<Record<string, string>> = {}, by = plain) =>
  (await visitPages(replicas.newBrowser(), ask(more, by), await auth.signedIn())).searchParams;
const redeem = async (
  code: string | null,
  more: Readonly<Record<string, string>> = {},
  by: Pick<OauthParty, 'id' | 'secret'> = plain,
) => {
  const form = { grant_type: 'authorization_code', code: code ?? '', redirect_uri: REDIRECT_URI, ...more };
  const { status, body } = await postAs(by, replicas.nextPort(), '/oauth2/token', form);
  return [status, body['error']];
};

describe('a client that is registered for plain requests', () => {
  it('signs people in by a request that it has not pushed and has not bound', async () => {
    const state = randomUUID();
    const answer = await obtain({ state });
    expect([answer.get('state'), answer.get('iss')]).toEqual([state, ISSUER]);
    expect(await redeem(answer.get('code'))).toEqual([200, undefined]);
  });

  it('signs people in by a request that it has the browser post', async () => {
    const browser = replicas.newBrowser();
    const { pathname, searchParams } = ask();
    const form = Object.fromEntries(searchParams);
    const posted = await browser.post(pathname, form, { 'sec-fetch-site': 'cross-site' });
    const location = `${pathname}?${searchParams.toString()}`;
    expect(posted).toMatchObject({ status: 303, headers: { location } });
    expect((await browser.post(pathname, form, { 'content-type': 'text/plain' })).status).toBe(400);
  });

  it('has its codes bound all the same where it asks for that', async () => {
    expect(await redeem((await obtain(CHALLENGE)).get('code'))).toEqual([400, 'invalid_grant']);
    const bound = { code_verifier: VERIFIER };
    expect(await redeem((await obtain(CHALLENGE)).get('code'), bound)).toEqual([200, undefined]);
    const weak = { code_challenge: VERIFIER, code_challenge_method: 'plain' };
    expect((await obtain(weak)).get('error')).toBe('invalid_request');
  });

  it('brings no verifier for a code that was asked for without one: its request was another', async () => {
    const bound = { code_verifier: VERIFIER };
    expect(await redeem((await obtain()).get('code'), bound)).toEqual([400, 'invalid_grant']);
  });

  it('alone redeems its codes, by its secret', async () => {
    const other = await oauthParty(auth, { plainRequests: true }, replicas.nextPort);
    expect(await redeem((await obtain()).get('code'), {}, other)).toEqual([400, 'invalid_grant']);
    const nobody = { id: plain.id, secret: '' };
    expect(await redeem((await obtain()).get('code'), {}, nobody)).toEqual([401, 'invalid_client']);
  });

  it('is one no longer from the moment that it is changed', async () => {
    const party = await oauthParty(auth, { plainRequests: true }, replicas.nextPort);
    const admin = (await auth.signedIn('admin')).accessToken;
    const clients = clientCalls(auth.service.port);
    const change = { id: party.id, plainRequests: false };
    await clients.update(change, ['plain_requests'], admin).finally(() => clients.close());
    for (let replica = 0; replica < 2; replica++)
      expect((await obtain({}, party)).get('error')).toBe('invalid_request');
  });
});

describe('a secret in the body of a request (RFC 6749, section 2.3.1)', () => {
  const present = async (more: Readonly<Record<string, string>>, by = { id: plain.id, secret: '' }) => {
    const form = { token: 'none', client_id: plain.id, ...more };
    const { status, body } = await postAs(by, replicas.nextPort(), '/oauth2/introspect', form);
    return [status, body['error']];
  };

  it('does as well as one in the header, if it is the right one, and the only one', async () => {
    expect(await present({ client_secret: plain.secret })).toEqual([200, undefined]);
    expect(await present({ client_secret: `${plain.secret}x` })).toEqual([401, 'invalid_client']);
    expect(await present({ client_secret: plain.secret }, plain)).toEqual([400, 'invalid_request']);
  });
});
