import postgres from 'postgres';
import type { ListedKey } from './listed-key.js';

/**
 * Adds a key to the issuer's key set, before the services start: as one that was rotated out and still verifies, for
 * as long as any run of the specs takes.
 *
 * @param databaseUrl auth's database
 */
export async function listKey(databaseUrl: string, { keyId, publicJwk }: ListedKey): Promise<void> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => undefined });
  try {
    await sql`
      insert into signing_key (kid, public_jwk, state, published_at, activated_at, retired_at)
      values (${keyId}, ${sql.json(publicJwk as never)}, 'retiring', now() - interval '2 minutes',
        now() - interval '1 minute', now() + interval '1 hour')`;
  } finally {
    await sql.end({ timeout: 5 });
  }
}
