import type { Sql } from '@gatehouse/postgres';
import type { ClientDetails, ClientKindName, ClientRow } from './client-row.js';

/** A client in its place in a list. */
export interface ListedClientRow extends ClientRow {
  /** When it was registered, to the microsecond, which a Date does not hold. */
  readonly sortKey: string;
}

/** A client as it is registered. */
export type NewClientRow = ClientDetails & {
  readonly id: string;
  readonly kind: ClientKindName;
  readonly sector: string;
};

/** All SQL of the table `oauth_client`. */
export class ClientStore {
  async insert(tx: Sql, client: NewClientRow): Promise<ClientRow> {
    const [row] = await tx<[ClientRow]>`
      insert into oauth_client (
        id, kind, sector, display_name, home_uri, grant_types, redirect_uris, logout_redirect_uris, permissions,
        own_permissions, pairwise, sector_identifier_uri, jwks, jwks_uri, logout_uri, dpop_bound_access_tokens,
        plain_requests
      ) values (
        ${client.id}, ${client.kind}, ${client.sector}, ${client.displayName}, ${client.homeUri},
        ${[...client.grantTypes]}, ${[...client.redirectUris]}, ${[...client.logoutRedirectUris]},
        ${[...client.permissions]}, ${[...client.ownPermissions]}, ${client.pairwise},
        ${client.sectorIdentifierUri}, ${json(tx, client.jwks)}, ${client.jwksUri}, ${client.logoutUri},
        ${client.dpopBoundAccessTokens}, ${client.plainRequests}
      )
      returning ${columns(tx)}`;
    return row;
  }

  async update(tx: Sql, id: string, client: ClientDetails & { readonly sector: string }): Promise<ClientRow> {
    const [row] = await tx<[ClientRow]>`
      update oauth_client set
        sector = ${client.sector}, display_name = ${client.displayName}, home_uri = ${client.homeUri},
        grant_types = ${[...client.grantTypes]}, redirect_uris = ${[...client.redirectUris]},
        logout_redirect_uris = ${[...client.logoutRedirectUris]}, permissions = ${[...client.permissions]},
        own_permissions = ${[...client.ownPermissions]}, pairwise = ${client.pairwise},
        sector_identifier_uri = ${client.sectorIdentifierUri}, jwks = ${json(tx, client.jwks)},
        jwks_uri = ${client.jwksUri}, logout_uri = ${client.logoutUri},
        dpop_bound_access_tokens = ${client.dpopBoundAccessTokens}, plain_requests = ${client.plainRequests},
        changed_at = clock_timestamp()
      where id = ${id}
      returning ${columns(tx)}`;
    return row;
  }

  async find(sql: Sql, id: string): Promise<ClientRow | undefined> {
    const [row] = await sql<ClientRow[]>`select ${columns(sql)} from oauth_client where id = ${id}`;
    return row;
  }

  /** Keeps everyone else from changing a client. @returns undefined when there is none */
  async lock(tx: Sql, id: string): Promise<ClientRow | undefined> {
    const [row] = await tx<ClientRow[]>`select ${columns(tx)} from oauth_client where id = ${id} for update`;
    return row;
  }

  /** Keeps a client from being changed until the transaction ends. @returns undefined when it may do nothing */
  async lockForIssue(tx: Sql, id: string): Promise<ClientRow | undefined> {
    const [row] = await tx<ClientRow[]>`
      select ${columns(tx)} from oauth_client where id = ${id} and disabled_at is null for share`;
    return row;
  }

  /** @returns whether it was in use before */
  async disable(tx: Sql, id: string): Promise<boolean> {
    const rows = await tx`
      update oauth_client set disabled_at = clock_timestamp() where id = ${id} and disabled_at is null
      returning id`;
    return rows.length > 0;
  }

  /** All clients, newest first, at most `limit` of them. */
  async list(
    sql: Sql,
    after: { readonly sortKey: string; readonly id: string } | undefined,
    limit: number,
  ): Promise<ListedClientRow[]> {
    // Sent as text: as a timestamp it would be cut to the milliseconds of a Date.
    const beyond = after
      ? sql`where (created_at, id) < (${after.sortKey}::text::timestamptz, ${after.id}::uuid)`
      : sql``;
    return sql<ListedClientRow[]>`
      select ${columns(sql)}, created_at::text as "sortKey" from oauth_client ${beyond}
      order by created_at desc, id desc limit ${limit}`;
  }
}

/** The members of a {@link ClientRow}. */
function columns(sql: Sql) {
  return sql`id, kind, sector, display_name as "displayName", home_uri as "homeUri", grant_types as "grantTypes",
    redirect_uris as "redirectUris", logout_redirect_uris as "logoutRedirectUris", permissions,
    own_permissions as "ownPermissions", pairwise, sector_identifier_uri as "sectorIdentifierUri", jwks,
    jwks_uri as "jwksUri", logout_uri as "logoutUri", dpop_bound_access_tokens as "dpopBoundAccessTokens",
    plain_requests as "plainRequests",
    created_at as "createTime", changed_at as "changeTime", changed_at::text as version,
    disabled_at as "disableTime"`;
}

function json(sql: Sql, value: object | null) {
  return value === null ? null : sql.json(value as never);
}
