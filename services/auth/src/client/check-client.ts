import { createPublicKey } from 'node:crypto';
import { platformReasons, type AppError, type FieldViolation } from '@gatehouse/errors';
import { isGrantable } from '../oauth/scopes.js';
import type { ClientDetails, ClientKindName, GrantTypeName } from './client-row.js';
import { redirectUriFault, webUriFault } from './client-uris.js';

/** Ways to an access token that take a client that can keep a secret. */
const CONFIDENTIAL: readonly GrantTypeName[] = [
  'client_credentials',
  'urn:ietf:params:oauth:grant-type:token-exchange',
];

/** Ways by which a person consents. */
const CONSENTING: readonly GrantTypeName[] = [
  'authorization_code',
  'urn:ietf:params:oauth:grant-type:device_code',
];

const MAX_KEYS = 10;

/**
 * Checks what is said of a client, as far as its parts have to fit together.
 *
 * @throws AppError FIELD_INVALID naming everything that is wrong
 */
export function checkClient(kind: ClientKindName, client: ClientDetails, reachesPrivate: boolean): void {
  const violations = [
    ...nameViolations(client),
    ...uriViolations(kind, client, reachesPrivate),
    ...grantViolations(kind, client),
    ...keyViolations(kind, client),
    ...permissionViolations(client),
  ];
  if (violations.length > 0) throw invalidClient(violations);
}

/** @param violations of fields of `client` */
export function invalidClient(violations: readonly FieldViolation[]): AppError {
  return platformReasons.FIELD_INVALID({
    violations: violations.map(({ field, ...rest }) => ({ field: `client.${field}`, ...rest })),
  });
}

/** What would let one app look like another on the page where people consent. */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}]/u;

function nameViolations({ displayName }: ClientDetails): FieldViolation[] {
  const isFit = displayName.trim() !== '' && !UNSEEN.test(displayName);
  return isFit ? [] : [{ field: 'display_name', description: 'must be a name that can be read' }];
}

function uriViolations(
  kind: ClientKindName,
  client: ClientDetails,
  reachesPrivate: boolean,
): FieldViolation[] {
  const lists = [
    ['redirect_uris', client.redirectUris],
    ['logout_redirect_uris', client.logoutRedirectUris],
  ] as const;
  const redirects = lists.flatMap(([name, uris]) =>
    uris.flatMap((uri, index) => violation(`${name}[${index}]`, redirectUriFault(uri, kind, reachesPrivate))),
  );
  const singles = [
    ['home_uri', client.homeUri],
    ['sector_identifier_uri', client.sectorIdentifierUri],
    ['jwks_uri', client.jwksUri],
    ['logout_uri', client.logoutUri],
  ] as const;
  const others = singles.flatMap(([name, uri]) =>
    uri === null ? [] : violation(name, webUriFault(uri, reachesPrivate)),
  );
  return [...redirects, ...others];
}

function grantViolations(kind: ClientKindName, client: ClientDetails): FieldViolation[] {
  const { grantTypes, redirectUris } = client;
  const faults: FieldViolation[] = [];
  const fault = (field: string, description: string) => void faults.push({ field, description });
  if (grantTypes.length === 0) fault('grant_types', 'must not be empty');
  const consents = CONSENTING.some((type) => grantTypes.includes(type));
  if (grantTypes.includes('refresh_token') && !consents)
    fault('grant_types', 'a refresh token descends from what a person has consented to');
  if (kind !== 'web' && CONFIDENTIAL.some((type) => grantTypes.includes(type)))
    fault('grant_types', 'only what runs on a server can act in its own name or hand on what it was shown');
  if (grantTypes.includes('authorization_code') !== redirectUris.length > 0)
    fault('redirect_uris', 'people who are sent here by a client have to be sent back, and nobody else');
  if (client.ownPermissions.length > 0 && !grantTypes.includes('client_credentials'))
    fault('own_permissions', 'a client without client credentials does nothing in its own name');
  if (client.plainRequests && kind !== 'web')
    fault('plain_requests', 'the codes of what proves itself by nothing are bound to it by a challenge');
  return faults;
}

function keyViolations(kind: ClientKindName, client: ClientDetails): FieldViolation[] {
  const { jwks, jwksUri, logoutUri } = client;
  const faults: FieldViolation[] = [];
  const fault = (field: string, description: string) => void faults.push({ field, description });
  if (jwks !== null && jwksUri !== null) fault('jwks_uri', 'the keys are at one place');
  if (kind !== 'web' && (jwks !== null || jwksUri !== null))
    fault('jwks', 'what everybody has a copy of can keep no private key');
  if (kind !== 'web' && logoutUri !== null) fault('logout_uri', 'only a server can be told');
  if (jwks !== null && (jwks.keys.length === 0 || jwks.keys.length > MAX_KEYS || !jwks.keys.every(isSound)))
    fault('jwks', 'must be 1 to 10 public keys: P-256, Ed25519, or RSA of 2,048 bits and more');
  return faults;
}

function permissionViolations({ permissions, ownPermissions }: ClientDetails): FieldViolation[] {
  const lists = [
    ['permissions', permissions],
    ['own_permissions', ownPermissions],
  ] as const;
  return lists.flatMap(([name, list]) =>
    list.flatMap((permission, index) =>
      isGrantable(permission)
        ? []
        : [{ field: `${name}[${index}]`, description: 'must be a permission that people can have' }],
    ),
  );
}

function violation(field: string, description: string | undefined): FieldViolation[] {
  return description === undefined ? [] : [{ field, description }];
}

const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'] as const;

/** What JSON can say and no column can hold: NUL, and half a character. */
const UNKEPT = /\\u(?:0000|d[89a-f])/;

function isSound(jwk: object): boolean {
  if (UNKEPT.test(JSON.stringify(jwk))) return false;
  if (PRIVATE_MEMBERS.some((member) => Object.hasOwn(jwk, member))) return false;
  try {
    const { asymmetricKeyType: type, asymmetricKeyDetails: details } = createPublicKey({
      key: jwk as never,
      format: 'jwk',
    });
    if (type === 'rsa') return (details?.modulusLength ?? 0) >= 2_048 && details?.publicExponent !== 1n;
    return type === 'ed25519' || (type === 'ec' && details?.namedCurve === 'prime256v1');
  } catch {
    return false;
  }
}
