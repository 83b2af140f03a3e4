import { createHash } from 'node:crypto';
import { startFakeGithub } from './fake-github.js';
import { startFakeGoogle } from './fake-google.js';
import type { FakeProvider } from './fake-provider.js';

const REDIRECT_URI = 'https://client.test/callback';
const VERIFIER = 'a'.repeat(43);
const OPTIONS = {
  clientId: 'client',
  clientSecret: 'secret',
  redirectUris: [REDIRECT_URI],
  people: [{ subject: '17', name: 'Ida <i>', emails: [{ address: 'ida@example.net', verified: true }] }],
};

const AUTHORIZATION = {
  client_id: 'client',
  redirect_uri: REDIRECT_URI,
  response_type: 'code',
  scope: 'openid',
  state: 'a state',
  code_challenge: createHash('sha256').update(VERIFIER).digest('base64url'),
  code_challenge_method: 'S256',
};

const post = (url: string, form: Readonly<Record<string, string>>, cookie = '') =>
  fetch(url, { method: 'POST', body: new URLSearchParams(form), headers: { cookie }, redirect: 'manual' });

describe('a fake GitHub', () => {
  let github: FakeProvider;
  let page: string;
  beforeAll(async () => {
    github = await startFakeGithub(OPTIONS);
    page = `${github.url}/login/oauth/authorize?${new URLSearchParams(AUTHORIZATION).toString()}`;
  });
  afterAll(() => github.close());

  const newCode = async () => {
    const answer = await post(page, { person: '17', fault: '' });
    return new URL(answer.headers.get('location')!).searchParams.get('code')!;
  };
  const redeem = async (more: Readonly<Record<string, string>>) => {
    const { client_id, redirect_uri } = AUTHORIZATION;
    const form = { client_id, redirect_uri, client_secret: 'secret', code_verifier: VERIFIER, ...more };
    const answer = await post(`${github.url}/login/oauth/access_token`, form);
    return (await answer.json()) as { access_token?: string; error?: string };
  };

  it('asks who signs in, on a page where nothing that is shown is markup', async () => {
    const text = await (await fetch(page)).text();
    expect(text).toContain('value="17"');
    expect(text).not.toContain('<i>');
  });

  it('gives a code that is good once, for its client, redirect URI and verifier alone', async () => {
    const wrong: readonly Record<string, string>[] = [
      { client_secret: 'another' },
      { redirect_uri: 'https://other.test' },
      { code_verifier: 'b' },
    ];
    for (const one of wrong) expect((await redeem({ ...one, code: await newCode() })).error).toBeDefined();
    const code = await newCode();
    const { access_token = '' } = await redeem({ code });
    const user = await fetch(`${github.url}/api/v3/user`, {
      headers: { authorization: `Bearer ${access_token}` },
    });
    expect(await user.json()).toMatchObject({ id: 17, name: 'Ida <i>' });
    expect((await redeem({ code })).error).toBe('bad_verification_code');
  });

  it('sends nobody anywhere but to its client', async () => {
    const elsewhere = page.replace('client.test', 'evil.test');
    expect((await fetch(elsewhere)).status).toBe(404);
    expect((await post(elsewhere, { person: '17' })).status).toBe(404);
  });
});

describe('a fake Google', () => {
  let google: FakeProvider;
  beforeAll(async () => {
    google = await startFakeGoogle(OPTIONS);
  });
  afterAll(() => google.close());

  /** Somebody with cookies of their own. */
  function newVisitor() {
    const cookies = new Map<string, string>();
    return async (url: string, form?: Readonly<Record<string, string>>) => {
      const cookie = [...cookies.values()].join('; ');
      const answer = await (form
        ? post(url, form, cookie)
        : fetch(url, { headers: { cookie }, redirect: 'manual' }));
      for (const line of answer.headers.getSetCookie()) cookies.set(line.split('=')[0]!, line.split(';')[0]!);
      return answer;
    };
  }

  /** Signs in on the page. @returns the page, and the answer after it */
  async function signIn(visit: ReturnType<typeof newVisitor>, fault: string) {
    const begun = await visit(`${google.url}/auth?${new URLSearchParams(AUTHORIZATION).toString()}`);
    const url = new URL(begun.headers.get('location')!, google.url).href;
    const page = await (await visit(url)).text();
    const chosen = await visit(url, { person: '17', fault });
    return { page, back: await visit(chosen.headers.get('location')!) };
  }

  it('asks who signs in, each time anew', async () => {
    const visit = newVisitor();
    for (let round = 0; round < 2; round++) {
      const { page, back } = await signIn(visit, 'slow');
      expect(page).toContain('value="17"');
      expect(google.fault).toBe('slow');
      expect(back.headers.get('location')).toContain(`${REDIRECT_URI}?code=`);
    }
  });

  it('shows the way back that a browser does not go', async () => {
    const { back } = await signIn(newVisitor(), 'lost-callback');
    expect([back.status, back.headers.get('location')]).toEqual([200, null]);
    expect(await back.text()).toMatch(/<a href="https:\/\/client\.test\/callback\?code=.+<\/a>/);
  });
});
