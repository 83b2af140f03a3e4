import type { Sql } from '@gatehouse/postgres';
import { ACCESS_TOKEN_HORIZON_SECONDS } from '../config.js';
import type { LiveRevocation, RevocationKindName } from './live-revocation.js';

/** Rows that one statement inserts, far below the statement timeout. */
const BATCH = 10_000;

/** NOTIFY channel that says that something was revoked: a hint, as a notification is lost while nobody listens. */
export const REVOCATION_CHANNEL = 'revocation';

/** The kinds of revocation that reach back to a moment. */
const MOMENT_KINDS = ['subject', 'client', 'everything'] as const;
type MomentKind = (typeof MOMENT_KINDS)[number];

/** Something that verifiers must refuse from now on. */
export type NewRevocation =
  | { readonly kind: Exclude<RevocationKindName, MomentKind>; readonly key: string }
  | {
      readonly kind: MomentKind;
      /** Empty for everything. */
      readonly key: string;
      /** Access tokens issued up to this moment are refused. */
      readonly notBefore: Date;
    };

/** What one read of the table has found. */
export interface RevocationRead {
  /** The history that the positions belong to. */
  readonly epoch: string;
  /** All that committed before this position has been seen by this read or an earlier one. */
  readonly position: bigint;
  readonly revocations: readonly LiveRevocation[];
  /** When it was read by the database's clock, in milliseconds since the epoch. */
  readonly readTime: number;
}

/** All SQL of the tables `revocation` and `revocation_epoch`. */
export class RevocationStore {
  /**
   * Appends revocations in the transaction of their cause.
   *
   * @param awaited whether somebody will wait until they are enforced
   * @returns their numbers
   */
  async append(tx: Sql, revocations: readonly NewRevocation[], awaited = false): Promise<bigint[]> {
    const numbers: bigint[] = [];
    for (let at = 0; at < revocations.length; at += BATCH)
      numbers.push(...(await this.#insert(tx, revocations.slice(at, at + BATCH), awaited)));
    return numbers;
  }

  async #insert(tx: Sql, revocations: readonly NewRevocation[], awaited: boolean): Promise<bigint[]> {
    const given = revocations.map((revocation) => ({
      kind: revocation.kind,
      key: revocation.key,
      not_before: 'notBefore' in revocation ? revocation.notBefore.toISOString() : null,
    }));
    const rows = await tx<{ seq: bigint }[]>`
      insert into revocation (kind, key, not_before, expires_at, awaited)
      select kind, key, not_before,
        greatest(clock_timestamp(), not_before) + ${ACCESS_TOKEN_HORIZON_SECONDS} * interval '1 second', ${awaited}
      from jsonb_to_recordset(${tx.json(given)}) as given (kind text, key text, not_before timestamptz)
      returning seq`;
    return rows.map(({ seq }) => seq);
  }

  /**
   * Reads what may have become visible since an earlier read, in one statement and so in one snapshot.
   *
   * All transactions below the snapshot's xmin are over, so an earlier read saw what they committed; whatever
   * became visible later was written by a transaction at or above that xmin, whenever it commits and whatever its
   * number.
   *
   * @param position of the earlier read; 0 reads all
   */
  async readFrom(sql: Sql, position: bigint): Promise<RevocationRead> {
    const startedAt = performance.now();
    const rows = await sql<FollowedRow[]>`
      select
        epoch, pg_snapshot_xmin(pg_current_snapshot())::text as position,
        seq, revocation.xid::text as xid, kind, key,
        floor(extract(epoch from not_before))::float8 as not_before,
        ceil(extract(epoch from expires_at))::float8 as expires_at,
        (extract(epoch from clock_timestamp() - created_at) * 1000)::float8 as age_ms,
        awaited, (extract(epoch from clock_timestamp()) * 1000)::float8 as read_time
      from revocation_history
      left join revocation on revocation.xid >= ${String(position)}::xid8 and expires_at > clock_timestamp()`;
    const [first] = rows;
    if (!first) throw new Error('the table revocation_epoch has lost its row');
    const revocations = rows.flatMap((row) => (row.seq === null ? [] : [toLiveRevocation(row, startedAt)]));
    const { epoch, read_time: readTime } = first;
    return { epoch, position: BigInt(first.position), revocations, readTime };
  }

  /** Begins another history: what verifiers have read so far is compared with no more. */
  async beginEpoch(tx: Sql): Promise<void> {
    await tx`update revocation_epoch set id = gen_random_uuid(), began_at = clock_timestamp()`;
  }

  /**
   * The moment of a revocation that is made now, by the clock that issue times come from. An access token that was
   * issued right after an earlier one, in the same second, says the second after that: it is reached as well.
   *
   * @param kinds of the earlier ones
   */
  async moment(tx: Sql, kinds: readonly MomentKind[] = MOMENT_KINDS): Promise<Date> {
    const [row] = await tx<[{ moment: Date }]>`
      select greatest(clock_timestamp(), date_trunc('second', max(not_before)) + interval '1 second') as moment
      from revocation where kind = any(${[...kinds]}) and expires_at > clock_timestamp()`;
    return row.moment;
  }

  /**
   * The second that access tokens of this client must not say any more, nor an earlier one.
   *
   * @returns seconds since the epoch; 0 for none
   */
  async clientNotBefore(tx: Sql, clientId: string): Promise<number> {
    const [row] = await tx<[{ not_before: number }]>`
      select coalesce(max(floor(extract(epoch from not_before))), 0)::float8 as not_before
      from revocation
      where (kind = 'client' and key = ${clientId} or kind = 'everything') and expires_at > clock_timestamp()`;
    return row.not_before;
  }

  /**
   * When an access token says that it was issued by which a client acts in its own name: it is subject and client, and
   * no account knows of its not-before.
   *
   * @returns seconds since the epoch, by the database's clock
   */
  async clientIssueTime(tx: Sql, clientId: string): Promise<number> {
    const [row] = await tx<[{ issued_at: number }]>`
      select greatest(
        floor(extract(epoch from clock_timestamp())), max(floor(extract(epoch from not_before))) + 1
      )::float8 as issued_at
      from revocation
      where (kind in ('client', 'subject') and key = ${clientId} or kind = 'everything')
        and expires_at > clock_timestamp()`;
    return row.issued_at;
  }

  /**
   * Deletes some of what speaks of expired access tokens only, with its acknowledgements. Leaves out what another
   * replica is deleting.
   *
   * @returns how many
   */
  async deleteExpired(sql: Sql, limit: number): Promise<number> {
    const { count } = await sql`
      delete from revocation where seq in (
        select seq from revocation where expires_at < statement_timestamp()
        order by expires_at limit ${limit} for update skip locked
      )`;
    return count;
  }
}

interface FollowedRow {
  readonly epoch: string;
  readonly position: string;
  readonly read_time: number;
  /** Null when there is nothing to read, and all that follows with it. */
  readonly seq: bigint | null;
  readonly xid: string;
  readonly kind: RevocationKindName;
  readonly key: string;
  readonly not_before: number | null;
  readonly expires_at: number;
  readonly age_ms: number;
  readonly awaited: boolean;
}

/** @param readAt when the read began, by `performance.now()` */
function toLiveRevocation(row: FollowedRow, readAt: number): LiveRevocation {
  return {
    seq: row.seq!,
    xid: BigInt(row.xid),
    kind: row.kind,
    key: row.key,
    notBefore: row.not_before ?? undefined,
    expiresAt: row.expires_at,
    writtenAt: readAt - row.age_ms,
    awaited: row.awaited,
  };
}
