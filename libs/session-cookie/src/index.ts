export { cookieValues } from './cookie-values.js';
export {
  endedSessionCookie,
  isSessionSecret,
  SESSION_COOKIE,
  sessionCookie,
  sessionSecretsOf,
} from './session-cookie.js';
