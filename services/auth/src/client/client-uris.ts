import { isIP } from 'node:net';
import { isPublicAddress } from '../outbound/public-addresses.js';
import type { ClientKindName } from './client-row.js';

/** A scheme that belongs to an app on a device: a domain name turned around (RFC 8252, section 7.1). */
const PRIVATE_SCHEME = /^[a-z][a-z0-9-]*(?:\.[a-z0-9-]+)+:$/;

const LOOPBACK_HOSTS: ReadonlySet<string> = new Set(['127.0.0.1', '[::1]']);

/**
 * What is wrong with a redirect URI; undefined when nothing is. Compared as text it has one form alone; a fragment
 * would be lost (RFC 6749, section 3.1.2), and what no app of a kind can own is nobody's.
 *
 * @param reachesPrivate whether plain HTTP on this machine will do, as in development
 */
export function redirectUriFault(
  text: string,
  kind: ClientKindName,
  reachesPrivate: boolean,
): string | undefined {
  const url = URL.parse(text);
  if (!url || !isOneForm(text, url)) return 'must be a whole URI in its normal form';
  if (url.hash !== '' || text.includes('#')) return 'must have no fragment';
  if (url.username !== '' || url.password !== '') return 'must name no user';
  if (text.includes('*')) return 'must be exact: there are no wildcards';
  if (url.protocol === 'https:') return undefined;
  if (isLoopback(url) && (kind === 'native' || reachesPrivate)) return undefined;
  if (kind === 'native' && PRIVATE_SCHEME.test(url.protocol)) return undefined;
  return kind === 'native'
    ? 'must be https, http on a loopback address, or a scheme such as com.example.app'
    : 'must be https';
}

/**
 * What is wrong with a URI that is asked from here, or shown to people; undefined when nothing is. A name is looked up,
 * and its addresses are judged, when it is asked.
 *
 * @param reachesPrivate whether this machine and its networks will do, as in development
 */
export function webUriFault(text: string, reachesPrivate: boolean): string | undefined {
  const url = URL.parse(text);
  if (!url || !isOneForm(text, url) || url.hash !== '') return 'must be a whole URI in its normal form';
  if (url.username !== '' || url.password !== '') return 'must name no user';
  if (reachesPrivate && isLoopback(url)) return undefined;
  if (url.protocol !== 'https:') return 'must be https';
  const address = url.hostname.replace(/^\[|\]$/g, '');
  const isReached = reachesPrivate || isIP(address) === 0 || isPublicAddress(address);
  return isReached ? undefined : 'must be at a public address';
}

/** A host alone may stand without its slash. */
function isOneForm(text: string, { href }: URL): boolean {
  return text === href || `${text}/` === href;
}

function isLoopback({ protocol, hostname }: URL): boolean {
  return protocol === 'http:' && LOOPBACK_HOSTS.has(hostname);
}
