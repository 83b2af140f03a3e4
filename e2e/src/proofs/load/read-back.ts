import type { Json } from '../../client/json.js';
import { restRequest } from '../../client/rest-request.js';
import { methodOf, routeOf } from './contract-call.js';
import { unwrapped } from './plan-call.js';
import type { RestCaller } from './rest-caller.js';
import type { UserOfLoad } from './user-of-load.js';
import { holds, type Written } from './written.js';

/** What was there when it was looked for. */
export interface ReadBack {
  /** Acknowledged writes that were looked for. */
  readonly lookedFor: number;
  /** Those of them that were not there. */
  readonly lost: number;
}

const LIST = routeOf(methodOf('gatehouse.resources.v1.ResourceService', 'ListResources'));
const GET_PROFILE = routeOf(methodOf('gatehouse.users.v1.UserService', 'GetProfile'));
const PAGE_SIZE = 200;
/** A read-back that is refused is no answer to what it asks. */
const ATTEMPTS = 20;

/**
 * Looks for every write that was acknowledged: what was made is there, holds what was written last, and is seen by
 * those it was shared with.
 *
 * @throws Error when somebody's own things cannot be read
 */
export async function readBack(
  written: Written,
  users: readonly UserOfLoad[],
  rest: RestCaller,
): Promise<ReadBack> {
  let lookedFor = 0;
  let lost = 0;
  for (const user of users) {
    const { subject } = user.account;
    const owned = await resources(user, rest, { owner: subject });
    const contents = new Map(owned.map(({ id, content }) => [id, String(content ?? '')]));
    const profile = unwrapped(await read(user, rest, GET_PROFILE, {}), 'user');
    contents.set(subject, String(profile['bio'] ?? ''));
    const documents = written.documents.filter(({ owner }) => owner === subject);
    lost += documents.filter((document) => !holds(document, contents.get(document.id))).length;

    const seen = new Set((await resources(user, rest, { sharedWithMe: true })).map(({ id }) => id));
    const shares = written.shares.filter((shared) => shared.subject === subject);
    lost += shares.filter(({ resourceId }) => !seen.has(resourceId)).length;
    lookedFor += documents.length + shares.length;
  }
  return { lookedFor, lost };
}

async function resources(user: UserOfLoad, rest: RestCaller, filter: Json): Promise<Json[]> {
  const found: Json[] = [];
  let pageToken = '';
  do {
    const page = await read(user, rest, LIST, { pageSize: PAGE_SIZE, filter, pageToken });
    found.push(...((page['resources'] ?? []) as Json[]));
    pageToken = String(page['nextPageToken'] ?? '');
  } while (pageToken !== '');
  return found;
}

async function read(user: UserOfLoad, rest: RestCaller, route: typeof LIST, request: Json): Promise<Json> {
  const asked = restRequest(route, request);
  for (let attempt = 1; ; attempt++) {
    const credential = await user.credential();
    const reply = await rest.send(asked, { credential, resend: true, gateway: user.gateway });
    user.answeredBy(reply.gateway);
    if (reply.status === 200) return reply.body;
    if (reply.status === 401) user.refused(credential);
    if (attempt === ATTEMPTS) throw new Error(`${asked.target} answered ${reply.status}`);
  }
}
