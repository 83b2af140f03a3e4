import { randomUUID } from 'node:crypto';
import { Client, type CreateClientRequest, type CreateClientResponse } from '@gatehouse/contracts/auth';
import type { Call } from '@gatehouse/grpc';
import { permissionsRefusal } from '../api-key/key-permissions.js';
import { originOf, type Origin } from '../audit/audit-event.store.js';
import type { AuthContext } from '../auth-context.js';
import { checkMetadata } from '../oauth/check-metadata.js';
import { checkClient, invalidClient } from './check-client.js';
import { kindNameOf } from './client-enums.js';
import { hasSecret, type ClientRow } from './client-row.js';
import { newClientSecret } from './client-secret.js';
import { sectorOf } from './sector-of.js';
import { toClient, toDetails } from './to-client.js';

/**
 * Registers a client. What it may do in its own name is no more than whoever registers it may.
 *
 * @throws AppError FIELD_INVALID, PERMISSION_NOT_HELD, CLIENT_METADATA_REFUSED
 */
export async function createClient(
  context: AuthContext,
  { client = Client.fromPartial({}) }: CreateClientRequest,
  call: Call,
): Promise<CreateClientResponse> {
  const origin = originOf(call);
  const refusal = permissionsRefusal(call.principal, client.ownPermissions);
  if (refusal) return context.audit.refuse(context.database.sql, origin, refusal);
  const { row, secret } = await registerClient(context, client, origin);
  return { client: toClient(row), secret };
}

/** The same for whoever is not bound by permissions: the operator at a shell. */
export async function registerClient(
  context: AuthContext,
  client: Client,
  origin: Origin,
): Promise<{ readonly row: ClientRow; readonly secret: string }> {
  const { database, clients, clientSecretHashes, audit, reachesPrivate } = context;
  const kind = kindNameOf(client.kind);
  if (kind === undefined) throw invalidClient([{ field: 'kind', description: 'must be given' }]);
  const details = toDetails(client);
  checkClient(kind, details, reachesPrivate);
  const id = randomUUID();
  const made = { ...details, id, kind, sector: sectorOf(id, kind, details) };
  await checkMetadata(context, made);
  const secret = hasSecret(made) ? newClientSecret() : undefined;
  const row = await database.transaction(async (tx) => {
    const inserted = await clients.insert(tx, made);
    if (secret) await clientSecretHashes.insert(tx, id, secret.hash);
    await audit.append(tx, { origin, target: id, outcome: 'OK' });
    return inserted;
  });
  return { row, secret: secret?.text ?? '' };
}
