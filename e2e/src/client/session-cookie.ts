import { SESSION_COOKIE } from './rest-client.js';

/** The session's secret that an answer sets as a cookie. @throws Error when it sets none */
export function sessionSecretOf(headers: Headers): string {
  const [cookie] = headers.getSetCookie().filter((text) => text.startsWith(`${SESSION_COOKIE}=`));
  const secret = cookie?.split(';')[0]?.slice(SESSION_COOKIE.length + 1);
  if (!secret) throw new Error('the answer sets no session cookie');
  return secret;
}
