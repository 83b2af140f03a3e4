import type { Sql } from '@gatehouse/postgres';
import type { PublicJwk } from '@gatehouse/tokens';
import type { KeyAge, KeyState } from './key-life-cycle.js';
import type { NewSigningKey } from './new-signing-key.js';

/** NOTIFY channel that says that the keys changed: a hint, as a notification is lost while nobody listens. */
export const SIGNING_KEY_CHANNEL = 'signing_key';

/** A key as replicas load it. */
export interface SigningKeyRow {
  readonly kid: string;
  readonly state: Exclude<KeyState, 'removed'>;
  readonly publicJwk: PublicJwk;
  readonly publishTime: Date;
  /** From when on it may sign, when that was moved ahead of its time. */
  readonly openTime: Date | undefined;
  /** How long it has been active, in milliseconds by the database's clock; 0 for a key that never was. */
  readonly activeMs: number;
  /** Absent once the key signs no more. */
  readonly sealedPrivateKey: Buffer | undefined;
}

/** All SQL of the table `signing_key`. */
export class SigningKeyStore {
  /** Every key that verifiers need, newest first. */
  async list(sql: Sql): Promise<SigningKeyRow[]> {
    const rows = await sql<ListedRow[]>`
      select kid, state, public_jwk, published_at, opens_at, sealed_private_key,
        (coalesce(extract(epoch from clock_timestamp() - activated_at), 0) * 1000)::float8 as active_ms
      from signing_key
      where state <> 'removed'
      order by published_at desc, kid`;
    return rows.map((row) => ({
      kid: row.kid,
      state: row.state,
      publicJwk: row.public_jwk,
      publishTime: row.published_at,
      openTime: row.opens_at ?? undefined,
      activeMs: row.active_ms,
      sealedPrivateKey: row.sealed_private_key ?? undefined,
    }));
  }

  /** How long each key has been in its state, newest first. */
  async ages(sql: Sql): Promise<KeyAge[]> {
    const rows = await sql<{ kid: string; state: KeyAge['state']; age_ms: number; is_open: boolean }[]>`
      select kid, state, state <> 'published' or opens_at is not null as is_open,
        (extract(epoch from clock_timestamp() - coalesce(retired_at, activated_at, published_at)) * 1000)::float8
          as age_ms
      from signing_key
      where state <> 'removed'
      order by published_at desc, kid`;
    return rows.map((row) => ({
      kid: row.kid,
      state: row.state,
      ageMs: row.age_ms,
      isOpen: row.is_open,
    }));
  }

  /** The key that signs at this moment, for the transaction that issues. */
  async activeKeyId(tx: Sql): Promise<string | undefined> {
    const [row] = await tx<{ kid: string }[]>`select kid from signing_key where state = 'active'`;
    return row?.kid;
  }

  /** Lets one transaction at a time change the keys. */
  async lock(tx: Sql): Promise<void> {
    await tx`select pg_advisory_xact_lock(hashtextextended('signing_key', 0))`;
  }

  async insert(tx: Sql, key: NewSigningKey, state: 'published' | 'active'): Promise<void> {
    await tx`
      insert into signing_key (kid, public_jwk, sealed_private_key, state, activated_at)
      values (
        ${key.publicJwk.kid}, ${tx.json({ ...key.publicJwk })}, ${key.sealedPrivateKey}, ${state},
        case when ${state} = 'active' then clock_timestamp() end
      )`;
  }

  /** Lets verifiers accept a published key from now on. */
  async open(tx: Sql, kid: string): Promise<void> {
    await tx`
      update signing_key set opens_at = clock_timestamp()
      where kid = ${kid} and state = 'published' and opens_at is null`;
  }

  /** Makes a published key the active one; the one before retires and loses its private part. */
  async activate(tx: Sql, kid: string): Promise<void> {
    await tx`
      update signing_key set state = 'retiring', retired_at = clock_timestamp(), sealed_private_key = null
      where state = 'active'`;
    await tx`
      update signing_key set state = 'active', activated_at = clock_timestamp()
      where kid = ${kid} and state = 'published'`;
  }

  /** Removes a key, twice as well as once. @returns whether there ever was one of this ID */
  async remove(tx: Sql, kid: string): Promise<boolean> {
    const rows = await tx`
      update signing_key
      set state = 'removed', removed_at = coalesce(removed_at, clock_timestamp()), sealed_private_key = null
      where kid = ${kid}
      returning kid`;
    return rows.length > 0;
  }

  /** Tells the replicas to look, once the transaction has committed. */
  async announce(tx: Sql): Promise<void> {
    await tx`select pg_notify(${SIGNING_KEY_CHANNEL}, '')`;
  }
}

interface ListedRow {
  readonly kid: string;
  readonly state: SigningKeyRow['state'];
  readonly public_jwk: PublicJwk;
  readonly published_at: Date;
  readonly opens_at: Date | null;
  readonly active_ms: number;
  readonly sealed_private_key: Buffer | null;
}
