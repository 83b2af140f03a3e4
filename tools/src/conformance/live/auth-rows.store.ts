import postgres from 'postgres';

/** A key as a JWK Set has it. */
export type ListedJwk = Readonly<Record<string, unknown>>;

/** What a case sets a moment for, as auth names the kinds. */
export type NotBeforeKind = 'subject' | 'client' | 'everything';

/** Rows of auth's database that no call makes: the keys of a corpus, moments of the past, and a restore. */
export class AuthRows implements AsyncDisposable {
  readonly #sql: postgres.Sql;

  /** @param databaseUrl auth's own */
  constructor(databaseUrl: string) {
    this.#sql = postgres(databaseUrl, { max: 1, onnotice: () => undefined });
  }

  /** Adds keys to the issuer's key set, before the services start: as ones that were rotated out and still verify. */
  async listKeys(keys: readonly ListedJwk[]): Promise<void> {
    for (const jwk of keys) {
      await this.#sql`
        insert into signing_key (kid, public_jwk, state, published_at, activated_at, retired_at)
        values (${String(jwk['kid'])}, ${this.#sql.json(jwk as never)}, 'retiring',
          now() - interval '2 minutes', now() - interval '1 minute', now())`;
    }
  }

  /**
   * Revokes what was issued up to a moment.
   *
   * @param notBefore seconds since the epoch
   */
  async revokeUpTo(kind: NotBeforeKind, key: string, notBefore: number): Promise<void> {
    await this.#sql`
      insert into revocation (kind, key, not_before, expires_at)
      values (${kind}, ${key}, to_timestamp(${notBefore}), now() + interval '10 minutes')`;
  }

  /** Forgets the revocation of an access token, as a database does that is restored from an earlier backup. */
  async forgetRevocation(tokenId: string): Promise<void> {
    const { count } = await this.#sql`delete from revocation where kind = 'token' and key = ${tokenId}`;
    if (count !== 1) throw new Error(`${count} revocations of the access token`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#sql.end({ timeout: 5 });
  }
}
