import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  Configuration,
  customFetch,
  enableNonRepudiationChecks,
  fetchUserInfo,
  type IDToken,
  type UserInfoResponse,
} from 'openid-client';
import type { OutboundFetch } from '../outbound/outbound-fetch.js';
import { toCustomFetch } from './custom-fetch.js';
import { displayNameOf } from './display-name.js';
import type { IdentityProvider, LoginSecrets, ProvenIdentity } from './identity-provider.js';
import { answerRefused, providerFault } from './provider-fault.js';
import { ProviderMetadata } from './provider-metadata.js';
import { vouchedEmail } from './vouched-email.js';

export interface OidcProviderOptions {
  readonly name: string;
  readonly displayName: string;
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scopes: readonly string[];
  readonly emailDomains: readonly string[];
  /** Whether the Workspace domain that an ID token names (`hd`) is the provider's to vouch for: Google's are. */
  readonly vouchesForHostedDomain: boolean;
  /** Whether it can be asked to have people sign in anew, and says when they did. Google has them choose an account. */
  readonly asksAnew: boolean;
  readonly fetch: OutboundFetch;
}

/** At most 255 characters of ASCII (OpenID Connect Core, section 2). */
const SUBJECT = /^[\x20-\x7e]{1,255}$/;

/**
 * How long ago people may have signed in there, in seconds: as long as they may stay signed in here. Whoever says so is
 * told when it was (OpenID Connect Core, section 3.1.2.1).
 */
const MAX_AGE_SECONDS = 30 * 86_400;

/** How far the clock of a provider may be behind, in seconds. */
const BEHIND_SECONDS = 30;

/** What is read of an ID token or of the UserInfo answer (OpenID Connect Core, section 5.1). */
type PersonClaims = IDToken | UserInfoResponse;

/** A provider that speaks OpenID Connect. */
export class OidcProvider implements IdentityProvider {
  readonly name: string;
  readonly displayName: string;
  readonly issuer: string;
  readonly #options: OidcProviderOptions;
  readonly #metadata: ProviderMetadata;

  constructor(options: OidcProviderOptions) {
    this.#options = options;
    this.name = options.name;
    this.displayName = options.displayName;
    this.issuer = options.issuer;
    this.#metadata = new ProviderMetadata(options);
  }

  async authorizationUrl(
    redirectUri: string,
    { state, nonce, codeVerifier }: LoginSecrets,
    anew = false,
  ): Promise<URL> {
    const { asksAnew, scopes } = this.#options;
    const configuration = await this.#configuration();
    return buildAuthorizationUrl(configuration, {
      redirect_uri: redirectUri,
      scope: scopes.join(' '),
      state,
      nonce,
      code_challenge: await calculatePKCECodeChallenge(codeVerifier),
      code_challenge_method: 'S256',
      ...(asksAnew && { max_age: String(MAX_AGE_SECONDS) }),
      ...(anew && { prompt: asksAnew ? 'login' : 'select_account' }),
    });
  }

  async identify(
    callback: URL,
    { state, nonce, codeVerifier }: LoginSecrets,
    anewSince?: number,
  ): Promise<ProvenIdentity> {
    const configuration = await this.#configuration();
    try {
      const tokens = await authorizationCodeGrant(configuration, callback, {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: codeVerifier,
        idTokenExpected: true,
      });
      const claims = tokens.claims()!;
      const { sub } = claims;
      if (!SUBJECT.test(sub)) throw answerRefused('ANSWER_MALFORMED');
      const authTime = this.#authTimeOf(claims, anewSince);
      if (claims.email !== undefined) return this.#identityOf(sub, claims, authTime);
      // Many keep what a scope stands for out of the ID token (OpenID Connect Core, section 5.4).
      const { userinfo_endpoint } = configuration.serverMetadata();
      const more = userinfo_endpoint && (await fetchUserInfo(configuration, tokens.access_token, sub));
      return this.#identityOf(sub, more || claims, authTime);
    } catch (error) {
      throw providerFault(error);
    }
  }

  /** When the person signed in there: anew if that was asked for (OpenID Connect Core, section 3.1.3.7, rule 13). */
  #authTimeOf({ auth_time: authTime }: IDToken, anewSince: number | undefined): number | undefined {
    if (anewSince === undefined || !this.#options.asksAnew) return authTime;
    if (authTime === undefined || authTime < anewSince - BEHIND_SECONDS)
      throw answerRefused('ID_TOKEN_AUTH_TIME');
    return Math.max(authTime, anewSince);
  }

  #identityOf(subject: string, claims: PersonClaims, authTime: number | undefined): ProvenIdentity {
    const { emailDomains, vouchesForHostedDomain } = this.#options;
    const hosted =
      vouchesForHostedDomain && typeof claims['hd'] === 'string' ? [claims['hd'].toLowerCase()] : [];
    // True and nothing like it: what is not said is not verified.
    const email = claims.email_verified === true ? claims.email : undefined;
    return {
      issuer: this.issuer,
      subject,
      email: vouchedEmail(email, [...emailDomains, ...hosted]),
      displayName: displayNameOf(claims.name ?? claims.preferred_username),
      authTime,
    };
  }

  /**
   * A new one each time, with which openid-client remembers no key set: a key that the provider began to use between
   * two logins, or in the middle of one, is known.
   */
  async #configuration(): Promise<Configuration> {
    const { clientId, clientSecret, fetch } = this.#options;
    try {
      const configuration = new Configuration(await this.#metadata.get(), clientId, clientSecret);
      configuration[customFetch] = toCustomFetch(fetch);
      // Whether TLS can be done without is the fetch's to say.
      allowInsecureRequests(configuration);
      // Signatures too, and not the connection alone (OpenID Connect Core, section 3.1.3.7, rule 6).
      enableNonRepudiationChecks(configuration);
      return configuration;
    } catch (error) {
      throw providerFault(error);
    }
  }
}
