import { isUuid } from '@gatehouse/aip';
import type { Adapter, AdapterPayload } from 'oidc-provider';
import type { AuthContext } from '../auth-context.js';
import { ArtifactAdapter } from './artifact-adapter.js';
import { toMetadata } from './client-metadata.js';

/** Shows the library the clients that are registered and in use. */
export class ClientAdapter extends ArtifactAdapter implements Adapter {
  constructor(context: AuthContext) {
    super(context, 'Client');
  }

  override async find(id: string): Promise<AdapterPayload | undefined> {
    if (!isUuid(id)) return undefined;
    const { database, clients, clientSecretHashes } = this.context;
    const [client, hashes] = await Promise.all([
      clients.find(database.sql, id),
      clientSecretHashes.list(database.sql, id),
    ]);
    return client && client.disableTime === null ? toMetadata(client, hashes) : undefined;
  }
}
