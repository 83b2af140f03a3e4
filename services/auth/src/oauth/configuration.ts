import {
  errors,
  interactionPolicy,
  type Configuration,
  type ExternalSigningKey,
  type JWK,
} from 'oidc-provider';
import { PROOF_ALGORITHMS } from '@gatehouse/tokens';
import type { AuthContext } from '../auth-context.js';
import { ACCESS_TOKEN_SECONDS } from '../config.js';
import { renderFailure } from '../pages/protocol-pages.js';
import { findAccount, type NameOf } from './account-claims.js';
import { adapterOf } from './adapter.js';
import { clientFetch } from './client-fetch.js';
import { OWN_METADATA } from './client-metadata.js';
import { features } from './features.js';
import { LIFETIMES } from './lifetimes.js';
import { telling } from './oauth-fault.js';
import { INTERACTION_PATH, ROUTES } from './paths.js';
import { isRotated, refreshSeconds } from './rotation.js';
import { OPENID_SCOPES } from './scopes.js';

/** Algorithms of other parties' signatures; ours are ES256. */
const THEIR_ALGORITHMS = ['ES256', 'Ed25519', 'PS256'] as const;

/**
 * How far ahead the clock of a client may be, in seconds. FAPI 2.0 wants 10 taken and more than 60 refused (Security
 * Profile, section 5.3.2.1).
 */
const AHEAD_SECONDS = 15;

/** How long a client assertion may be good, in seconds (RFC 7523, section 3, item 4); clients make them for minutes. */
const LONGEST_ASSERTION_SECONDS = 3_600;

/**
 * How oidc-provider is set up. What is not named here is off.
 *
 * @param keys the issuer's keys, the one that signs first
 * @param nameOf asks for the name of a person
 */
export function configurationOf(
  context: AuthContext,
  keys: readonly (JWK | ExternalSigningKey)[],
  nameOf: NameOf,
): Configuration {
  const cookie = { httpOnly: true, secure: true, sameSite: 'lax', signed: true } as const;
  return {
    adapter: (kind: string) => adapterOf(context, kind),
    jwks: { keys: [...keys] as JWK[] },
    cookies: {
      names: {
        session: '__Host-gatehouse-oauth',
        interaction: 'gatehouse-interaction',
        resume: 'gatehouse-resume',
      },
      long: { ...cookie, path: '/' },
      short: cookie,
      keys: [...context.cookieKeys],
    },
    features: features(context),
    routes: ROUTES,
    fetch: clientFetch(context),
    findAccount: (_ctx, accountId) => findAccount(context, accountId, nameOf),
    claims: {
      openid: ['sub'],
      profile: ['name'],
      email: ['email', 'email_verified'],
      auth_time: null,
      sid: null,
      iss: null,
    },
    // Who has an access token for the API cannot ask the userinfo endpoint with it.
    conformIdTokenClaims: false,
    scopes: OPENID_SCOPES,
    subjectTypes: ['public', 'pairwise'],
    // Looked at when the client is registered: whoever signs in does not wait for its owner's server.
    sectorIdentifierUriValidate: () => false,
    pairwiseIdentifier: (_ctx, accountId, client) =>
      context.pairwiseSubjects.of(String(client['own_sector']), accountId),
    responseTypes: ['code'],
    pkce: { required: (_ctx, client) => client['plain_requests'] !== true },
    allowOmittingSingleRegisteredRedirectUri: false,
    acceptQueryParamAccessTokens: false,
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
    clientDefaults: {
      grant_types: [],
      response_types: [],
      id_token_signed_response_alg: 'ES256',
      token_endpoint_auth_method: 'client_secret_basic',
    },
    assertJwtClientAuthClaimsAndHeader: async ({ oidc }, { aud, iat, exp }) => {
      // One that is for several could be used at another one by any of them.
      if (aud !== oidc.issuer) throw new errors.InvalidClientAuth('aud must be the issuer, and nobody else');
      // The library looks at it where there is no `exp` alone.
      if (Number(iat ?? 0) > Date.now() / 1_000 + AHEAD_SECONDS)
        throw new errors.InvalidClientAuth('iat is in the time to come');
      // Until then it is remembered that it was used.
      if (Number(exp) > Date.now() / 1_000 + LONGEST_ASSERTION_SECONDS)
        throw new errors.InvalidClientAuth('exp is too far in the time to come');
    },
    extraClientMetadata: { properties: [...OWN_METADATA] },
    clientBasedCORS: (_ctx, origin, client) =>
      client.clientAuthMethod === 'none' &&
      (client.redirectUris ?? []).some((uri) => URL.parse(uri)?.origin === origin),
    enabledJWA: {
      clientAuthSigningAlgValues: [...THEIR_ALGORITHMS],
      idTokenSigningAlgValues: ['ES256'],
      dPoPSigningAlgValues: PROOF_ALGORITHMS,
    },
    clockTolerance: AHEAD_SECONDS,
    rotateRefreshToken: (ctx) => telling(() => isRotated(context, ctx)),
    issueRefreshToken: (_ctx, client, source) =>
      client.grantTypeAllowed('refresh_token') && source.scopes.has('offline_access'),
    loadExistingGrant: (ctx) => existingGrant(context, ctx),
    // What comes back ends the grant, and so does a refresh token that is revoked; a person who signs out does not.
    revokeGrantPolicy: ({ oidc: { route, entities } }) =>
      route === 'token' || (route === 'revocation' && entities.RefreshToken !== undefined),
    interactions: {
      policy: interactionPolicy.base(),
      url: (_ctx, { uid }) => INTERACTION_PATH + uid,
    },
    renderError: renderFailure,
    ttl: {
      AccessToken: ACCESS_TOKEN_SECONDS,
      ClientCredentials: ACCESS_TOKEN_SECONDS,
      AuthorizationCode: LIFETIMES.code,
      DeviceCode: LIFETIMES.deviceCode,
      IdToken: LIFETIMES.idToken,
      Interaction: LIFETIMES.interaction,
      Session: (_ctx, { accountId }) => (accountId === undefined ? LIFETIMES.stranger : LIFETIMES.session),
      RefreshToken: (_ctx, token) => refreshSeconds(token),
    },
  };
}

/** The grant of the client that asks, if the person has given one. The library asks for what is missing in it. */
async function existingGrant(
  { database, grants }: AuthContext,
  { oidc }: Parameters<NonNullable<Configuration['loadExistingGrant']>>[0],
) {
  const { client, session, provider } = oidc;
  if (!client || !session?.accountId) return undefined;
  const grant = await grants.findOf(database.sql, session.accountId, client.clientId);
  return grant && provider.Grant.find(grant.id);
}
