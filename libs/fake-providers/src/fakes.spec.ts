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

  it('asks who signs in, each time anew', async () => {
    const cookies = new Map<string, string>();
    const visit = async (url: string, form?: Readonly<Record<string, string>>) => {
      const cookie = [...cookies.values()].join('; ');
      const answer = await (form
        ? post(url, form, cookie)
        : fetch(url, { headers: { cookie }, redirect: 'manual' }));
      for (const line of answer.headers.getSetCookie()) cookies.set(line.split('=')[0]!, line.split(';')[0]!);
      return answer;
    };
    for (let round = 0; round < 2; round++) {
      const begun = await visit(`${google.url}/auth?${new URLSearchParams(AUTHORIZATION).toString()}`);
      const page = new URL(begun.headers.get('location')!, google.url).href;
      expect(await (await visit(page)).text()).toContain('value="17"');
      const chosen = await visit(page, { person: '17', fault: 'slow' });
      expect(google.fault).toBe('slow');
      const back = await visit(chosen.headers.get('location')!);
      expect(back.headers.get('location')).toContain(`${REDIRECT_URI}?code=`);
    }
  });
});
