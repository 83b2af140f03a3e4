import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  Configuration,
  customFetch,
  fetchProtectedResource,
} from 'openid-client';
import { z } from 'zod';
import type { OutboundFetch } from '../outbound/outbound-fetch.js';
import { toCustomFetch } from './custom-fetch.js';
import { displayNameOf } from './display-name.js';
import type { IdentityProvider, LoginSecrets, ProvenIdentity } from './identity-provider.js';
import { providerFault } from './provider-fault.js';
import { vouchedEmail } from './vouched-email.js';

export interface GithubProviderOptions {
  readonly name: string;
  readonly displayName: string;
  /** Of its pages, without a slash at its end. */
  readonly url: string;
  readonly apiUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly emailDomains: readonly string[];
  readonly fetch: OutboundFetch;
}

const SCOPE = 'read:user user:email';

/** `GET /user`: the ID is for ever, the login is not. */
const userAnswer = z.object({
  id: z.number().int().positive(),
  login: z.string(),
  name: z.string().nullish(),
});

/** `GET /user/emails`. */
const emailsAnswer = z.array(z.object({ email: z.string(), primary: z.boolean(), verified: z.boolean() }));

/**
 * GitHub, which speaks OAuth 2.0 and not OpenID Connect: there is no ID token, so that who somebody is comes from its
 * API, over the connection that the access token came by.
 */
export class GithubProvider implements IdentityProvider {
  readonly name: string;
  readonly displayName: string;
  readonly issuer: string;
  readonly #options: GithubProviderOptions;
  readonly #configuration: Configuration;

  constructor(options: GithubProviderOptions) {
    const { name, displayName, url, clientId, clientSecret, fetch } = options;
    this.#options = options;
    this.name = name;
    this.displayName = displayName;
    this.issuer = url;
    const metadata = {
      issuer: url,
      authorization_endpoint: `${url}/login/oauth/authorize`,
      token_endpoint: `${url}/login/oauth/access_token`,
    };
    this.#configuration = new Configuration(metadata, clientId, clientSecret);
    this.#configuration[customFetch] = toCustomFetch(fetch);
    // Whether TLS can be done without is the fetch's to say.
    allowInsecureRequests(this.#configuration);
  }

  /** Nobody is asked for a password anew: at most they choose their account, which takes a person. */
  async authorizationUrl(
    redirectUri: string,
    { state, codeVerifier }: LoginSecrets,
    anew = false,
  ): Promise<URL> {
    return buildAuthorizationUrl(this.#configuration, {
      redirect_uri: redirectUri,
      scope: SCOPE,
      state,
      code_challenge: await calculatePKCECodeChallenge(codeVerifier),
      code_challenge_method: 'S256',
      ...(anew && { prompt: 'select_account' }),
    });
  }

  async identify(callback: URL, { state, codeVerifier }: LoginSecrets): Promise<ProvenIdentity> {
    try {
      const checks = { expectedState: state, pkceCodeVerifier: codeVerifier };
      const { access_token: accessToken } = await authorizationCodeGrant(
        this.#configuration,
        callback,
        checks,
      );
      const [user, emails] = await Promise.all([
        this.#ask(accessToken, '/user', userAnswer),
        this.#ask(accessToken, '/user/emails', emailsAnswer),
      ]);
      const verified = emails.filter((one) => one.verified);
      const email = verified.find((one) => one.primary) ?? verified[0];
      return {
        issuer: this.issuer,
        subject: String(user.id),
        email: vouchedEmail(email?.email, this.#options.emailDomains),
        displayName: displayNameOf(user.name || user.login),
        authTime: undefined,
      };
    } catch (error) {
      throw providerFault(error);
    }
  }

  async #ask<Answer>(accessToken: string, path: string, schema: z.ZodType<Answer>): Promise<Answer> {
    const url = new URL(this.#options.apiUrl + path);
    const headers = new Headers({
      accept: 'application/vnd.github+json',
      'x-github-api-version': '2022-11-28',
    });
    const answer = await fetchProtectedResource(this.#configuration, accessToken, url, 'GET', null, headers);
    if (answer.status !== 200) throw providerFault(answer);
    return schema.parse(await answer.json());
  }
}
