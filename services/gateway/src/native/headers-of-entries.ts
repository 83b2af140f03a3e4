import type { IncomingHttpHeaders } from 'node:http';
import type { Entries } from '@gatehouse/http2-grpc';

/**
 * The metadata of a call as headers of HTTP/1.1 are given, so that one reader serves both: several values of a name are
 * joined, those of cookies in their own way (RFC 9113, section 8.2.3).
 *
 * @param authority what HTTP/2 has in the place of `host`
 */
export function headersOfEntries(entries: Entries, authority: string): IncomingHttpHeaders {
  // No name that a caller may choose means anything of an object's own.
  const headers = Object.create(null) as Record<string, string>;
  for (let at = 0; at < entries.length; at += 2) {
    const name = entries[at] as string;
    const value = entries[at + 1] as string;
    const before = headers[name];
    headers[name] = before === undefined ? value : `${before}${name === 'cookie' ? '; ' : ', '}${value}`;
  }
  headers['host'] = authority;
  // Nothing else gets here, and no page can have it sent without asking first.
  headers['content-type'] = 'application/grpc';
  return headers;
}
