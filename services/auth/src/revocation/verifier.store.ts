import type { Sql } from '@gatehouse/postgres';
import type { KeyKnowledge } from '../signing-key/key-life-cycle.js';
import { SERVICE } from '../config.js';

/**
 * How old a verifier's last ping may be while it still counts, in seconds: the 10 that its lease lasts, and 2 for
 * what the table may lag behind its pings. Whoever is not heard of for longer does not trust itself any more.
 */
const LIVE_SECONDS = 12;

/** How long a verifier that is gone is remembered, in seconds. */
const KEEP_SECONDS = 3_600;

/** A verifier as the replica that it follows knows it. */
export interface SeenVerifier {
  readonly id: string;
  /** Its client ID. */
  readonly service: string;
  /** How long ago it pinged, in milliseconds. */
  readonly pingAgeMs: number;
  /** It enforces all that committed before this position of this epoch. */
  readonly epoch: string;
  readonly position: bigint;
  /** The keys whose signatures it accepts. */
  readonly keyIds: readonly string[];
}

/** That a verifier enforces a revocation. */
export interface Acknowledgement {
  readonly verifierId: string;
  readonly seq: bigint;
}

/** How many of the live verifiers enforce something. */
export interface Enforcement {
  readonly enforced: number;
  readonly laggards: number;
}

/** All SQL of the tables `verifier` and `revocation_acknowledgement`. */
export class VerifierStore {
  /** Writes what a replica knows of the verifiers that follow it, in one statement. Each is named once. */
  async record(sql: Sql, replica: string, verifiers: readonly SeenVerifier[]): Promise<void> {
    const seen = verifiers.map(({ id, service, pingAgeMs, epoch, position, keyIds }) => ({
      id,
      service,
      ping_age_ms: pingAgeMs,
      epoch,
      position: String(position),
      key_ids: keyIds,
    }));
    await sql`
      insert into verifier (id, service, replica, seen_at, epoch, position, key_ids)
      select id, service, ${replica}::uuid, clock_timestamp() - ping_age_ms * interval '1 millisecond',
        epoch, position, key_ids
      from jsonb_to_recordset(${sql.json(seen as never)}) as seen (
        id uuid, service text, ping_age_ms float8, epoch text, position bigint, key_ids jsonb
      )
      order by id
      on conflict (id) do update set
        service = excluded.service, replica = excluded.replica, epoch = excluded.epoch,
        position = excluded.position, key_ids = excluded.key_ids,
        seen_at = greatest(verifier.seen_at, excluded.seen_at)`;
  }

  /** Records that verifiers enforce revocations, unless those have expired meanwhile. */
  async acknowledge(sql: Sql, acknowledgements: readonly Acknowledgement[]): Promise<void> {
    const given = acknowledgements.map(({ seq, verifierId }) => ({
      seq: String(seq),
      verifier_id: verifierId,
    }));
    await sql`
      insert into revocation_acknowledgement (seq, verifier_id)
      select distinct seq, verifier_id
      from jsonb_to_recordset(${sql.json(given)}) as given (seq bigint, verifier_id uuid)
      join revocation using (seq)
      order by seq, verifier_id
      on conflict do nothing`;
  }

  /** How many live verifiers enforce all of these revocations. */
  async enforcement(sql: Sql, seqs: readonly bigint[]): Promise<Enforcement> {
    const [row] = await sql<[{ enforced: number; laggards: number }]>`
      select count(*) filter (where enforces)::int as enforced, count(*) filter (where not enforces)::int as laggards
      from (
        select bool_and(
          verifier.epoch = revocation_history.epoch and verifier.position > xid::text::bigint
          or exists (
            select from revocation_acknowledgement as acknowledgement
            where acknowledgement.seq = revocation.seq and acknowledgement.verifier_id = verifier.id
          )
        ) as enforces
        from verifier cross join revocation cross join revocation_history
        where seen_at > clock_timestamp() - ${LIVE_SECONDS} * interval '1 second'
          and seq = any(${seqs.map(String)}::bigint[])
        group by verifier.id
      ) as live`;
    return row;
  }

  /**
   * Which keys every live verifier accepts, the replicas of this service included.
   *
   * @returns undefined when no other service has a live verifier
   */
  async keyKnowledge(sql: Sql): Promise<KeyKnowledge | undefined> {
    const rows = await sql<{ service: string; key_ids: string[] }[]>`
      select service, key_ids from verifier
      where seen_at > clock_timestamp() - ${LIVE_SECONDS} * interval '1 second'`;
    if (rows.every(({ service }) => service === SERVICE)) return undefined;
    const known = rows.map(({ key_ids }) => new Set(key_ids));
    return { isKnown: (kid) => known.every((keyIds) => keyIds.has(kid)) };
  }

  /**
   * Deletes some of the verifiers that are long gone. Leaves out what another replica is deleting.
   *
   * @returns how many
   */
  async deleteExpired(sql: Sql, limit: number): Promise<number> {
    const { count } = await sql`
      delete from verifier where id in (
        select id from verifier where seen_at < clock_timestamp() - ${KEEP_SECONDS} * interval '1 second'
        limit ${limit} for update skip locked
      )`;
    return count;
  }
}
