import type { Person } from './person.js';
import { succeeded, type RestClient } from './rest-client.js';
import { sessionSecretOf } from './session-cookie.js';

/** What the REST face says of a session. */
export interface SessionBody {
  readonly id: string;
  readonly credential: string;
  readonly device: string;
  readonly address: string;
  readonly createTime: string;
  readonly lastUseTime: string;
  readonly idleExpireTime: string;
  readonly expireTime: string;
  /** Absent unless it is the one that asks. */
  readonly current?: boolean;
}

/** A browser that is signed in. */
export interface BrowserSession {
  readonly id: string;
  /** The value of its cookie. */
  readonly secret: string;
}

/**
 * Signs in as a browser does.
 *
 * @param device its `user-agent`
 * @throws Error when refused
 */
export async function signInAs(
  rest: RestClient,
  { email, password }: Pick<Person, 'email' | 'password'>,
  device = 'Browser/1.0',
): Promise<BrowserSession> {
  const headers = { 'user-agent': device };
  const anyone = rest.showing(undefined);
  const answer = await anyone.request<SessionBody>('POST', '/v1/sessions', { email, password }, headers);
  return { id: succeeded(answer).id, secret: sessionSecretOf(answer.headers) };
}

/** The REST face as the browser sees it. */
export function withSession(rest: RestClient, { secret }: BrowserSession): RestClient {
  return rest.showing({ kind: 'session', secret });
}
