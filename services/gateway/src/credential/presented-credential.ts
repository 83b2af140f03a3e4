import type { IncomingHttpHeaders } from 'node:http';
import { gatewayReasons } from '../reasons.js';
import { sessionSecretsOf } from '@gatehouse/session-cookie';

/** How a caller may say who it is: the words of the log's `credential`. */
export type CredentialForm = 'bearer' | 'dpop' | 'session' | 'api_key';

/** The one credential of a request. */
export interface PresentedCredential {
  readonly form: CredentialForm;
  /** The access token, the session's secret or the key, unchecked; '' in a header that holds none. */
  readonly secret: string;
  /** The whole header, where it can go on to a service as it is: text that is put together anew is copied. */
  readonly header?: string;
}

/** The header of an API key. */
export const API_KEY_HEADER = 'x-api-key';

/**
 * Reads the credential of a request from its headers; nothing else of a request is ever one.
 *
 * @returns undefined where there is none
 * @throws AppError CREDENTIALS_CONFLICT for several, equal ones included: which of them counts would be a matter of
 *   who reads
 */
export function readCredential(headers: IncomingHttpHeaders): PresentedCredential | undefined {
  const { authorization, cookie, [API_KEY_HEADER]: apiKey } = headers;
  // As most calls come.
  if (cookie === undefined && apiKey === undefined)
    return authorization === undefined ? undefined : ofAuthorization(authorization);
  const found: PresentedCredential[] = [];
  if (authorization !== undefined) found.push(ofAuthorization(authorization));
  for (const secret of sessionSecretsOf(cookie)) found.push({ form: 'session', secret });
  if (apiKey !== undefined) found.push({ form: 'api_key', secret: String(apiKey) });
  if (found.length > 1) throw gatewayReasons.CREDENTIALS_CONFLICT();
  return found[0];
}

/**
 * `Bearer` (RFC 6750, section 2.1) or `DPoP` (RFC 9449, section 7.1), one space, the access token. Scheme names ignore
 * case (RFC 9110, section 11.1).
 */
const SCHEME = /^(?:Bearer|DPoP) /i;

const DPOP = /^D/i;

function ofAuthorization(authorization: string): PresentedCredential {
  if (!SCHEME.test(authorization)) return { form: 'bearer', secret: '' };
  const secret = authorization.slice(authorization.indexOf(' ') + 1);
  if (secret.includes(' ')) return { form: 'bearer', secret: '' };
  if (authorization.startsWith('Bearer ')) return { form: 'bearer', secret, header: authorization };
  return { form: DPOP.test(authorization) ? 'dpop' : 'bearer', secret };
}
