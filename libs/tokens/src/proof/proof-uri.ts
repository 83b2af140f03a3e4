/** A URI as far as a proof says it: without query and fragment. */
interface ProofUri {
  /** Scheme and authority in lower case, without the scheme's own port. */
  readonly origin: string;
  /** The path, with every character that needs no escape written as itself. */
  readonly path: string;
}

/** Longest `htu` that is looked at: as long as the path and query that the gateway takes. */
const MAX_URI_CHARS = 8_192;

/**
 * A URI of HTTP by the grammar of RFC 3986, ASCII alone: the lenient reading of a browser would take `\` for `/` and
 * drop line breaks. Credentials before the host are none of it.
 */
const URI =
  /^(https?):\/\/([a-z0-9._~!$&'()*+,;=-]+|\[[0-9a-f:.]+\])(?::([0-9]{0,5}))?((?:\/(?:[a-z0-9._~!$&'()*+,;=:@/-]|%[0-9a-f]{2})*)?)(?:\?[!-"$-~]*)?(?:#[!-~]*)?$/i;

const OWN_PORTS: Readonly<Record<string, string>> = { http: '80', https: '443' };

/** What needs no escape in a URI (RFC 3986 section 2.3). */
const UNRESERVED = /^[A-Za-z0-9._~-]$/;

/**
 * Whether the `htu` of a proof is the URI of a request: both as RFC 3986 section 6.2 normalises them, without query and
 * fragment (RFC 9449 section 4.3, check 9). Only the proof's dot segments are removed: a request that has some is read by
 * routers in more than one way, and nothing proves it.
 */
export function isProofUri(htu: unknown, uri: string): boolean {
  const claimed = typeof htu === 'string' ? readUri(htu) : undefined;
  const asked = readUri(uri);
  if (claimed === undefined || asked === undefined) return false;
  return claimed.origin === asked.origin && withoutDotSegments(claimed.path) === asked.path;
}

function readUri(text: string): ProofUri | undefined {
  if (text.length > MAX_URI_CHARS) return undefined;
  const [, givenScheme, host, port = '', path] = URI.exec(text) ?? [];
  if (givenScheme === undefined || host === undefined || path === undefined) return undefined;
  const scheme = givenScheme.toLowerCase();
  const suffix = port === '' || port === OWN_PORTS[scheme] ? '' : `:${port}`;
  return {
    origin: `${scheme}://${host.toLowerCase()}${suffix}`,
    path: path === '' ? '/' : path.replace(/%[0-9a-f]{2}/gi, normalEscape),
  };
}

function normalEscape(escape: string): string {
  const character = String.fromCharCode(Number.parseInt(escape.slice(1), 16));
  return UNRESERVED.test(character) ? character : escape.toUpperCase();
}

/** RFC 3986 section 5.2.4, for a path that begins with a slash. */
function withoutDotSegments(path: string): string {
  const kept: string[] = [];
  const segments = path.split('/').slice(1);
  for (const [index, segment] of segments.entries()) {
    const isDot = segment === '.' || segment === '..';
    if (segment === '..') kept.pop();
    if (!isDot) kept.push(segment);
    else if (index === segments.length - 1) kept.push('');
  }
  return `/${kept.join('/')}`;
}
