import { generateKeyPairSync } from 'node:crypto';
import type Provider from 'oidc-provider';
import type { AuthContext } from '../auth-context.js';
import { authReasons } from '../reasons.js';
import { toMetadata, type DescribedClient } from './client-metadata.js';

/**
 * Has the library judge a client before it is kept, and reads the documents that it names: one that cannot be reached,
 * or does not say what it has to, would be found out by the people who use the client.
 *
 * @throws AppError CLIENT_METADATA_REFUSED
 */
export async function checkMetadata(context: AuthContext, client: DescribedClient): Promise<void> {
  const [{ errors }, { buildProvider }] = await Promise.all([
    import('oidc-provider'),
    import('./build-provider.js'),
  ]);
  const more = { sectorIdentifierUriValidate: () => true };
  const provider = buildProvider(context, [throwawayKey()], () => Promise.resolve(''), more);
  const metadata = toMetadata(client, []);
  try {
    await provider.Client.validate(metadata);
    if (client.jwksUri !== null) await readKeys(provider, metadata);
  } catch (error) {
    if (!(error instanceof errors.OIDCProviderError)) throw error;
    const { error_description: detail = error.message } = error;
    throw authReasons.CLIENT_METADATA_REFUSED({ cause: error.cause ?? error, metadata: { detail } });
  }
}

/** @throws InvalidClientMetadata */
async function readKeys({ Client }: Provider, metadata: object): Promise<void> {
  const Described = Client as unknown as new (metadata: object) => KeyHolder;
  await new Described(metadata).asymmetricKeyStore.refresh();
}

/** What of a client is not in the types of the library. */
interface KeyHolder {
  readonly asymmetricKeyStore: { refresh(): Promise<void> };
}

/** The library wants a key to sign with, which is asked for nothing here. */
function throwawayKey() {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { ...privateKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig', kid: 'none' };
}
