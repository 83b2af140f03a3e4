import { outputOnlyFields, readUpdateMask } from '@gatehouse/aip';
import { contract } from '@gatehouse/contracts';
import {
  Client,
  ClientKind,
  type UpdateClientRequest,
  type UpdateClientResponse,
} from '@gatehouse/contracts/auth';
import { AppError } from '@gatehouse/errors';
import type { Call } from '@gatehouse/grpc';
import { permissionsRefusal } from '../api-key/key-permissions.js';
import { originOf } from '../audit/audit-event.store.js';
import type { AuthContext } from '../auth-context.js';
import { checkMetadata } from '../oauth/check-metadata.js';
import { authReasons } from '../reasons.js';
import { checkClient, invalidClient } from './check-client.js';
import { kindOf } from './client-enums.js';
import { hasSecret } from './client-row.js';
import { sectorOf } from './sector-of.js';
import { toClient, toDetails } from './to-client.js';

/**
 * The fields that a change may name, with the members of {@link Client} that hold them. The kind stays what it is: to send
 * it as it was read is no change (AIP-203).
 */
const FIELDS = {
  kind: 'kind',
  display_name: 'displayName',
  home_uri: 'homeUri',
  grant_types: 'grantTypes',
  redirect_uris: 'redirectUris',
  logout_redirect_uris: 'logoutRedirectUris',
  permissions: 'permissions',
  own_permissions: 'ownPermissions',
  subject_type: 'subjectType',
  sector_identifier_uri: 'sectorIdentifierUri',
  jwks: 'jwks',
  jwks_uri: 'jwksUri',
  logout_uri: 'logoutUri',
  dpop_bound_access_tokens: 'dpopBoundAccessTokens',
  plain_requests: 'plainRequests',
} as const satisfies Readonly<Record<string, keyof Client>>;

type Field = keyof typeof FIELDS;

const OUTPUT_ONLY = outputOnlyFields(contract, 'gatehouse.auth.v1.Client');

/**
 * Changes a client. Access tokens that it holds go on until they expire; the next ones have what it may have then.
 *
 * @throws AppError FIELD_MASK_INVALID, FIELD_INVALID, PERMISSION_NOT_HELD, CLIENT_UNKNOWN, CLIENT_METADATA_REFUSED,
 *   CLIENT_CHANGED
 */
export async function updateClient(
  context: AuthContext,
  { client = Client.fromPartial({}), updateMask }: UpdateClientRequest,
  call: Call,
): Promise<UpdateClientResponse> {
  const { database, clients, clientSecretHashes, audit, reachesPrivate } = context;
  const origin = originOf(call);
  const mask = readUpdateMask(updateMask, setFields(client), OUTPUT_ONLY);
  const refusal = mask.has('own_permissions') && permissionsRefusal(call.principal, client.ownPermissions);
  if (refusal) return audit.refuse(database.sql, origin, refusal, client.id);
  const before = await clients.find(database.sql, client.id);
  if (!before || before.disableTime) return audit.refuse(database.sql, origin, authReasons.CLIENT_UNKNOWN());
  if (mask.size === 0) return { client: toClient(before) };
  const isOtherKind = client.kind !== ClientKind.UNSPECIFIED && client.kind !== kindOf(before.kind);
  if (mask.has('kind') && isOtherKind) throw invalidClient([{ field: 'kind', description: 'never changes' }]);
  const changes = Object.fromEntries([...mask].map((field) => [FIELDS[field], client[FIELDS[field]]]));
  const details = toDetails({ ...toClient(before), ...changes });
  const { id, kind } = before;
  checkClient(kind, details, reachesPrivate);
  const changed = { ...details, id, kind, sector: sectorOf(id, kind, details) };
  // Other parties are asked before anything is locked.
  await checkMetadata(context, changed);
  const row = await database.transaction(async (tx) => {
    const locked = await clients.lock(tx, id);
    if (!locked || locked.disableTime) return authReasons.CLIENT_UNKNOWN();
    if (locked.version !== before.version) return authReasons.CLIENT_CHANGED();
    const after = await clients.update(tx, id, changed);
    if (!hasSecret(after)) await clientSecretHashes.deleteAll(tx, id);
    await audit.append(tx, { origin, target: id, outcome: 'OK' });
    return after;
  });
  if (row instanceof AppError) return audit.refuse(database.sql, origin, row, id);
  return { client: toClient(row) };
}

/** Which fields a message sets, for an update without a mask. */
function setFields(client: Client): Readonly<Record<Field, boolean>> {
  const isSet = (value: Client[keyof Client]) => (Array.isArray(value) ? value.length > 0 : Boolean(value));
  const entries = Object.entries(FIELDS).map(([field, member]) => [field, isSet(client[member])]);
  return Object.fromEntries(entries) as Record<Field, boolean>;
}
