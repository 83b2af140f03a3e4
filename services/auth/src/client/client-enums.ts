import { ClientAuthentication, ClientKind, GrantType } from '@gatehouse/contracts/auth';
import { hasSecret, type ClientKindName, type ClientRow, type GrantTypeName } from './client-row.js';

const KINDS: readonly (readonly [ClientKind, ClientKindName])[] = [
  [ClientKind.WEB, 'web'],
  [ClientKind.BROWSER, 'browser'],
  [ClientKind.NATIVE, 'native'],
];

const GRANT_TYPES: readonly (readonly [GrantType, GrantTypeName])[] = [
  [GrantType.AUTHORIZATION_CODE, 'authorization_code'],
  [GrantType.REFRESH_TOKEN, 'refresh_token'],
  [GrantType.CLIENT_CREDENTIALS, 'client_credentials'],
  [GrantType.DEVICE_CODE, 'urn:ietf:params:oauth:grant-type:device_code'],
  [GrantType.TOKEN_EXCHANGE, 'urn:ietf:params:oauth:grant-type:token-exchange'],
];

/** Undefined for a value that is no kind. */
export function kindNameOf(kind: ClientKind): ClientKindName | undefined {
  return KINDS.find(([number]) => number === kind)?.[1];
}

/** The kind of a name, as the contract has it. */
export function kindOf(name: ClientKindName): ClientKind {
  return KINDS.find(([, candidate]) => candidate === name)?.[0] ?? ClientKind.UNSPECIFIED;
}

/** In the order of the contract; values that are none are left out, as its constraints refuse them. */
export function grantTypeNamesOf(types: readonly GrantType[]): GrantTypeName[] {
  return GRANT_TYPES.filter(([number]) => types.includes(number)).map(([, name]) => name);
}

/** Grant types by their names, in the order of the contract. */
export function grantTypesOf(names: readonly GrantTypeName[]): GrantType[] {
  return GRANT_TYPES.filter(([, name]) => names.includes(name)).map(([number]) => number);
}

/** How a client proves itself, by what is kept of it. */
export function authenticationOf(client: ClientRow): ClientAuthentication {
  if (hasSecret(client)) return ClientAuthentication.SECRET;
  return client.kind === 'web' ? ClientAuthentication.PRIVATE_KEY : ClientAuthentication.NONE;
}
