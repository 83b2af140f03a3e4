import { randomBytes } from 'node:crypto';
import type { AppError } from '@gatehouse/errors';
import { RoamingBrowser, type FakeProvider, type ProviderFault } from '@gatehouse/testing';
import { fakeProviders, PEOPLE, redirectUriOf, type FakeProviders } from '../spec/fake-providers.js';
import type { IdentityProvider, LoginSecrets } from './identity-provider.js';
import { openProviders } from './open-providers.js';
import { identityProviders } from './provider-settings.js';

let fakes: FakeProviders;
let providers: ReadonlyMap<string, IdentityProvider>;
beforeAll(async () => {
  fakes = await fakeProviders();
});
afterAll(() => fakes.close());
beforeEach(() => {
  fakes.reset();
  const settings = identityProviders.parse(fakes.settings.GATEHOUSE_IDENTITY_PROVIDERS);
  providers = openProviders(settings, true);
});

const secret = () => randomBytes(32).toString('base64url');
const newSecrets = (): LoginSecrets => ({ state: secret(), nonce: secret(), codeVerifier: secret() });

/** Goes to the provider as a browser does, and comes back with its answer. */
async function answerFor(name: string, secrets: LoginSecrets): Promise<URL> {
  const redirectUri = redirectUriOf(name);
  const url = await providers.get(name)!.authorizationUrl(redirectUri, secrets);
  const { redirect } = await new RoamingBrowser().visit(url, {
    stopAt: ({ href }) => href.startsWith(redirectUri),
  });
  return redirect!;
}

async function identify(name: string, fake: FakeProvider, subject: string) {
  fake.signsIn = subject;
  const secrets = newSecrets();
  return providers.get(name)!.identify(await answerFor(name, secrets), secrets);
}

const refusalOf = (attempt: Promise<unknown>) =>
  attempt.then(
    () => 'OK',
    ({ reason, logReason }: AppError) => (logReason === undefined ? reason : `${reason}: ${logReason}`),
  );

describe('a person at Google', () => {
  it('is known by issuer and subject', async () => {
    expect(await identify('google', fakes.google, PEOPLE.gina.subject)).toEqual({
      issuer: fakes.google.url,
      subject: '1001',
      email: { address: 'gina@gmail.com', authoritative: true },
      displayName: 'Gina',
    });
  });

  it.each([
    ['of a mailbox at Google', PEOPLE.gina, { address: 'gina@gmail.com', authoritative: true }],
    ['of a Workspace', PEOPLE.wilma, { address: 'wilma@corp.example', authoritative: true }],
    ['of a mailbox elsewhere', PEOPLE.olga, { address: 'olga@elsewhere.example', authoritative: false }],
    ['that is not verified', PEOPLE.una, undefined],
    ['that is not there', PEOPLE.nora, undefined],
  ])('has an address %s', async (_name, { subject }, email) => {
    expect((await identify('google', fakes.google, subject)).email).toEqual(email);
  });

  it('is known with a key that the provider began to sign with in the middle of the login', async () => {
    await identify('google', fakes.google, PEOPLE.gina.subject);
    fakes.google.fault = 'rotated-keys';
    expect((await identify('google', fakes.google, PEOPLE.gina.subject)).subject).toBe('1001');
    expect((await identify('google', fakes.google, PEOPLE.olga.subject)).subject).toBe('1003');
  });
});

it('any provider of OpenID Connect is known by its issuer alone, and vouches for no address', async () => {
  expect(await identify('corp', fakes.google, PEOPLE.wilma.subject)).toEqual({
    issuer: fakes.google.url,
    subject: '1002',
    email: { address: 'wilma@corp.example', authoritative: false },
    displayName: 'Wilma',
    authTime: expect.any(Number),
  });
});

describe('a person at GitHub', () => {
  it('is known by the number that never changes, and their addresses are asked for apart', async () => {
    expect(await identify('github', fakes.github, PEOPLE.gina.subject)).toEqual({
      issuer: fakes.github.url,
      subject: '1001',
      email: { address: 'gina@gmail.com', authoritative: false },
      displayName: 'Gina',
    });
    expect(fakes.github.asked).toEqual(['/login/oauth/access_token', '/api/v3/user', '/api/v3/user/emails']);
  });

  it('has an address only when it is verified: the primary one before others', async () => {
    expect((await identify('github', fakes.github, PEOPLE.una.subject)).email).toBeUndefined();
    const [first, second, third] = ['a@one.example', 'b@two.example', 'c@three.example'];
    const emails = [first, second, third].map((address) => ({ address, verified: address !== first }));
    fakes.github.people.set('7', { subject: '7', name: 'Several', emails });
    expect((await identify('github', fakes.github, '7')).email?.address).toBe(second);
  });
});

describe('an answer is refused', () => {
  it.each<[ProviderFault, string]>([
    ['wrong-nonce', 'ID_TOKEN_NONCE'],
    ['wrong-audience', 'ID_TOKEN_AUDIENCE'],
    ['wrong-issuer', 'ID_TOKEN_ISSUER'],
    ['wrong-signature', 'ID_TOKEN_SIGNATURE'],
    ['unknown-key', 'ID_TOKEN_KEY'],
    ['alg-none', 'ID_TOKEN_ALGORITHM'],
    ['expired', 'ID_TOKEN_EXPIRED'],
    ['wrong-person', 'SUBJECT_MISMATCH'],
    ['wrong-response-issuer', 'AUTHORIZATION_RESPONSE_INVALID'],
    ['huge-answer', 'ANSWER_TOO_LARGE'],
    ['redirect', 'ANSWER_MALFORMED'],
  ])('of Google: %s', async (fault, logReason) => {
    await identify('google', fakes.google, PEOPLE.gina.subject);
    fakes.google.fault = fault;
    const attempt = identify('google', fakes.google, PEOPLE.gina.subject);
    expect(await refusalOf(attempt)).toBe(`PROVIDER_ANSWER_REFUSED: ${logReason}`);
  });

  it.each([
    ['another host', (issuer: string) => issuer.replace('127.0.0.1', 'localhost')],
    ['one more slash', (issuer: string) => `${issuer}/`],
  ])('of who calls itself otherwise than the settings do: %s', async (_, change) => {
    const settings = JSON.parse(fakes.settings.GATEHOUSE_IDENTITY_PROVIDERS) as { issuer?: string }[];
    const changed = settings.map((one) => (one.issuer ? { ...one, issuer: change(one.issuer) } : one));
    const misnamed = openProviders(identityProviders.parse(JSON.stringify(changed)), true).get('corp')!;
    const start = misnamed.authorizationUrl(redirectUriOf('corp'), newSecrets());
    expect(await refusalOf(start)).toBe('PROVIDER_ANSWER_REFUSED: METADATA_ISSUER');
  });

  it.each<[ProviderFault, string]>([
    ['huge-answer', 'ANSWER_TOO_LARGE'],
    ['redirect', 'ANSWER_MALFORMED'],
  ])('of GitHub: %s', async (fault, logReason) => {
    fakes.github.fault = fault;
    const attempt = identify('github', fakes.github, PEOPLE.gina.subject);
    expect(await refusalOf(attempt)).toBe(`PROVIDER_ANSWER_REFUSED: ${logReason}`);
  });

  it.each([
    ['google', () => fakes.google],
    ['github', () => fakes.github],
  ])(
    'of %s, when its code is redeemed twice, for another login, or with another state',
    async (name, fake) => {
      fake().signsIn = PEOPLE.gina.subject;
      const provider = providers.get(name)!;
      const [mine, theirs] = [newSecrets(), newSecrets()];
      const answer = await answerFor(name, mine);
      const stolen = new URL(answer);
      stolen.searchParams.set('state', theirs.state);
      expect(await refusalOf(provider.identify(answer, theirs))).toBe(
        'PROVIDER_ANSWER_REFUSED: AUTHORIZATION_RESPONSE_INVALID',
      );
      expect(await refusalOf(provider.identify(stolen, theirs))).toBe(
        'PROVIDER_ANSWER_REFUSED: CODE_REFUSED',
      );
      const second = await answerFor(name, mine);
      expect(await refusalOf(provider.identify(second, mine))).toBe('OK');
      expect(await refusalOf(provider.identify(second, mine))).toBe('PROVIDER_ANSWER_REFUSED: CODE_REFUSED');
    },
  );

  it.each([
    ['google', () => fakes.google],
    ['github', () => fakes.github],
  ])('of %s, when the person says no', async (name, fake) => {
    fake().fault = 'denied';
    expect(await refusalOf(identify(name, fake(), PEOPLE.gina.subject))).toBe('PROVIDER_DENIED');
  });
});

describe('a provider that does not answer', () => {
  it.each<ProviderFault>(['slow', 'down', 'overloaded'])(
    'is an outage, which says when to try again: %s',
    async (fault) => {
      const both = [
        ['google', fakes.google],
        ['github', fakes.github],
      ] as const;
      const errors = both.map(async ([name, fake]) => {
        fake.signsIn = PEOPLE.gina.subject;
        const secrets = newSecrets();
        const answer = await answerFor(name, secrets);
        fake.fault = fault;
        return providers
          .get(name)!
          .identify(answer, secrets)
          .catch((error: AppError) => error);
      });
      const outage = { reason: 'PROVIDER_UNAVAILABLE', retryAfterMs: expect.any(Number) };
      expect(await Promise.all(errors)).toMatchObject([outage, outage]);
    },
  );

  it('takes away no other, and is asked nothing before somebody wants to sign in there', async () => {
    expect(fakes.google.asked).toEqual([]);
    fakes.google.fault = 'down';
    const start = providers.get('google')!.authorizationUrl(redirectUriOf('google'), newSecrets());
    expect(await refusalOf(start)).toBe('PROVIDER_UNAVAILABLE');
    expect((await identify('github', fakes.github, PEOPLE.gina.subject)).subject).toBe('1001');
  });
});
