import { cookieValues } from '@gatehouse/session-cookie';
import { FLOW_SECONDS } from './login-flow.store.js';

/** What binds a login to the browser that began it. Another site cannot plant it (RFC 6265bis, section 4.1.3.2). */
const FLOW_COOKIE = '__Host-gatehouse-login';

/**
 * The `set-cookie` header that has a browser hold it. `Lax`, as the browser comes back by a link of the provider's; it
 * opens nothing but the flow that the browser has begun.
 */
export function flowCookie(browser: string): string {
  return `${FLOW_COOKIE}=${browser}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=${FLOW_SECONDS}`;
}

/** What a browser holds; undefined when it holds nothing, or two. */
export function browserOf(cookie: string | undefined): string | undefined {
  const [held, ...others] = cookieValues(cookie, FLOW_COOKIE);
  return others.length === 0 ? held : undefined;
}
