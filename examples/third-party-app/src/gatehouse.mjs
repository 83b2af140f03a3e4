// All that this app knows of Gatehouse: OpenID Connect by a library, and two calls of the API.
import * as openid from 'openid-client';

/** What the person is asked for. Not for deleting anything. */
const SCOPE = 'openid profile offline_access resources:read';

/** An access token that ends within this time is replaced first, in milliseconds. */
const MARGIN_MS = 10_000;

/** Finds out where everything is (OpenID Connect Discovery). */
export async function findGatehouse({ issuer, clientId }) {
  const isLocal = new URL(issuer).protocol === 'http:';
  // This program runs where no secret can be kept: PKCE is what proves that a code is its own.
  const config = await openid.discovery(new URL(issuer), clientId, undefined, openid.None(), {
    execute: isLocal ? [openid.allowInsecureRequests] : [],
  });
  // What it is given is of no use to anybody without this key, which never leaves the process (DPoP, RFC 9449).
  const DPoP = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair('ES256'));
  return new Gatehouse(config, issuer, { DPoP });
}

class Gatehouse {
  #config;
  #issuer;
  /** Has the library prove possession of the key with each request. */
  #proven;

  constructor(config, issuer, proven) {
    this.#config = config;
    this.#issuer = issuer;
    this.#proven = proven;
  }

  /** Where the person says yes or no, and what has to be remembered until they are back. */
  async connect(redirectUri) {
    const attempt = { verifier: openid.randomPKCECodeVerifier(), state: openid.randomState() };
    const url = openid.buildAuthorizationUrl(this.#config, {
      redirect_uri: redirectUri,
      scope: SCOPE,
      // Who is to go on while the person is away has to ask for it each time (OpenID Connect Core, section 11).
      prompt: 'consent',
      state: attempt.state,
      code_challenge: await openid.calculatePKCECodeChallenge(attempt.verifier),
      code_challenge_method: 'S256',
      // The code is of use with the key alone, as well.
      dpop_jkt: await this.#proven.DPoP.calculateThumbprint(),
    });
    return { url: url.href, attempt };
  }

  /** Turns what the person came back with into tokens. */
  async redeem(url, { verifier, state }) {
    const checks = { pkceCodeVerifier: verifier, expectedState: state, idTokenExpected: true };
    return toAccount(await openid.authorizationCodeGrant(this.#config, url, checks, undefined, this.#proven));
  }

  /** A request of the API for a person. The account gets new tokens when it is time. */
  async call(account, method, path) {
    if (account.expiresAt < Date.now() + MARGIN_MS) {
      const tokens = await openid.refreshTokenGrant(
        this.#config,
        account.refreshToken,
        undefined,
        this.#proven,
      );
      Object.assign(account, toAccount(tokens, account.name));
    }
    const answer = await this.#fetch(account.accessToken, new URL(path, this.#issuer), method);
    return { status: answer.status, body: await answer.json() };
  }

  /** The library throws what comes with a challenge (WWW-Authenticate); here it is an answer like others. */
  #fetch(accessToken, url, method) {
    return openid
      .fetchProtectedResource(this.#config, accessToken, url, method, undefined, undefined, this.#proven)
      .catch((error) => {
        if (error instanceof openid.WWWAuthenticateChallengeError) return error.response;
        throw error;
      });
  }

  /** Gives back what the person let it do. */
  disconnect({ refreshToken }) {
    return openid.tokenRevocation(this.#config, refreshToken);
  }
}

function toAccount(tokens, name = tokens.claims()?.name) {
  return {
    name,
    accessToken: tokens.access_token,
    refreshToken: tokens.refresh_token,
    expiresAt: Date.now() + (tokens.expiresIn() ?? 0) * 1_000,
  };
}
