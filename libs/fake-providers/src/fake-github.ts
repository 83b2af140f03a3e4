import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FakeProvider, FakeProviderOptions } from './fake-provider.js';
import { listenFake, readForm, type FakeServer } from './fake-server.js';
import { GITHUB_FAULTS } from './fault.js';
import { readChoice, sendLostPage, sendPersonPage } from './person-page.js';

const TITLE = 'A fake GitHub';
const AUTHORIZE = '/login/oauth/authorize';
const TOKEN = '/login/oauth/access_token';

/** Where its API is, as at a GitHub Enterprise Server. */
const API = '/api/v3';

/** What a code was given for. */
interface Issued {
  readonly subject: string;
  readonly redirectUri: string;
  readonly challenge: string;
}

/** Starts a provider that behaves as GitHub's OAuth apps do towards their clients. Nothing is kept. */
export async function startFakeGithub(options: FakeProviderOptions): Promise<FakeProvider> {
  const fake = await listenFake(options, (path) => path === TOKEN || path.startsWith(API));
  const github = new Github(options, fake);
  fake.answer = (request, response) => void github.answer(request, response);
  return fake;
}

class Github {
  readonly #options: FakeProviderOptions;
  readonly #fake: FakeServer;
  readonly #codes = new Map<string, Issued>();
  /** The subject behind each access token. */
  readonly #accessTokens = new Map<string, string>();

  constructor(options: FakeProviderOptions, fake: FakeServer) {
    this.#options = options;
    this.#fake = fake;
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.#fake.url);
    switch (`${request.method} ${url.pathname}`) {
      case `GET ${AUTHORIZE}`:
        return this.#authorize(url, response);
      case `POST ${AUTHORIZE}`:
        return this.#redirect(url, readChoice(await readForm(request), this.#fake), response);
      case `POST ${TOKEN}`:
        return this.#redeem(await readForm(request), response);
      case `GET ${API}/user`:
        return this.#sendUser(request, response);
      case `GET ${API}/user/emails`:
        return this.#sendEmails(request, response);
      default:
        return sendJson(response, { message: 'Not Found' }, 404);
    }
  }

  #authorize(url: URL, response: ServerResponse): void {
    const { signsIn } = this.#fake;
    if (!this.#isKnown(url.searchParams)) return sendJson(response, { message: 'no such client' }, 404);
    if (signsIn !== undefined) return this.#redirect(url, signsIn, response);
    sendPersonPage(
      response,
      { title: TITLE, action: url.pathname + url.search, faults: GITHUB_FAULTS },
      this.#fake,
    );
  }

  #redirect({ searchParams }: URL, subject: string, response: ServerResponse): void {
    if (!this.#isKnown(searchParams)) return sendJson(response, { message: 'no such client' }, 404);
    const redirectUri = searchParams.get('redirect_uri') ?? '';
    const target = new URL(redirectUri);
    target.searchParams.set('state', searchParams.get('state') ?? '');
    if (this.#fake.fault === 'denied') {
      target.searchParams.set('error', 'access_denied');
    } else {
      const code = randomBytes(10).toString('hex');
      this.#codes.set(code, { subject, redirectUri, challenge: searchParams.get('code_challenge') ?? '' });
      target.searchParams.set('code', code);
    }
    if (this.#fake.fault === 'lost-callback') return sendLostPage(response, TITLE, target.href);
    response.writeHead(302, { location: target.href }).end();
  }

  #isKnown(parameters: URLSearchParams): boolean {
    const { clientId, redirectUris } = this.#options;
    const isMethod = parameters.get('code_challenge_method') === 'S256';
    return (
      isMethod &&
      parameters.get('client_id') === clientId &&
      redirectUris.includes(parameters.get('redirect_uri') ?? '')
    );
  }

  /** Refusals have status 200, as GitHub's do. */
  #redeem(form: URLSearchParams, response: ServerResponse): void {
    const { clientId, clientSecret } = this.#options;
    const code = form.get('code') ?? '';
    const issued = this.#codes.get(code);
    this.#codes.delete(code);
    if (form.get('client_id') !== clientId || form.get('client_secret') !== clientSecret) {
      return sendJson(response, { error: 'incorrect_client_credentials' });
    }
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    const isGood = issued?.redirectUri === form.get('redirect_uri') && issued?.challenge === challenge;
    if (issued === undefined || !isGood) return sendJson(response, { error: 'bad_verification_code' });
    const accessToken = `gho_${randomBytes(18).toString('hex')}`;
    this.#accessTokens.set(accessToken, issued.subject);
    sendJson(response, { access_token: accessToken, token_type: 'bearer', scope: 'read:user,user:email' });
  }

  #sendUser(request: IncomingMessage, response: ServerResponse): void {
    const person = this.#personOf(request);
    if (!person) return sendJson(response, { message: 'Bad credentials' }, 401);
    sendJson(response, {
      id: Number(person.subject),
      login: person.name.toLowerCase().replace(/\W+/g, '-'),
      name: person.name,
    });
  }

  #sendEmails(request: IncomingMessage, response: ServerResponse): void {
    const { fault, victim } = this.#fake;
    const person = this.#personOf(request);
    if (!person) return sendJson(response, { message: 'Bad credentials' }, 401);
    const emails = fault === 'victim-email' ? [{ address: victim, verified: true }] : person.emails;
    const list = emails.map(({ address, verified }, index) => ({
      email: address,
      primary: index === 0,
      verified,
    }));
    sendJson(response, list);
  }

  #personOf({ headers: { authorization = '' } }: IncomingMessage) {
    return this.#fake.people.get(this.#accessTokens.get(authorization.replace(/^Bearer /, '')) ?? '');
  }
}

function sendJson(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
