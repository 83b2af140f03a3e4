import { succeeded, type RestClient } from './rest-client.js';

/** What the REST face says of an audit event. */
export interface AuditEventBody {
  readonly id: string;
  readonly sequence?: string;
  readonly occurTime: string;
  readonly service: string;
  readonly action: string;
  readonly actor?: string;
  readonly target?: string;
  readonly outcome: string;
  readonly address?: string;
  readonly traceId: string;
  readonly requestId: string;
}

/** A page of the trail. */
export interface AuditPage {
  readonly auditEvents?: readonly AuditEventBody[];
  readonly nextPageToken?: string;
}

/** Conditions by their names in the contract, such as `actor`. */
export type AuditConditions = Readonly<Record<string, string>>;

/** The path of a list of events. */
export function auditPath(conditions: AuditConditions, pageSize: number, pageToken = ''): string {
  const query = Object.entries(conditions).map(([name, value]) => [`filter.${name}`, value]);
  const paging = { pageSize: String(pageSize), pageToken };
  return `/v1/auditEvents?${new URLSearchParams({ ...Object.fromEntries(query), ...paging }).toString()}`;
}

/**
 * All events that meet the conditions, newest first, page by page.
 *
 * @param rest as an admin
 */
export async function auditEvents(
  rest: RestClient,
  conditions: AuditConditions,
  pageSize = 200,
): Promise<readonly AuditEventBody[]> {
  const events: AuditEventBody[] = [];
  let pageToken = '';
  do {
    const page: AuditPage = succeeded(await rest.get<AuditPage>(auditPath(conditions, pageSize, pageToken)));
    events.push(...(page.auditEvents ?? []));
    pageToken = page.nextPageToken ?? '';
  } while (pageToken !== '');
  return events;
}
