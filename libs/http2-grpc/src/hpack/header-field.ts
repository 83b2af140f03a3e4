/** What each entry of a table counts beside its octets (RFC 7541, section 4.1), and each field of a list as well. */
export const FIELD_OVERHEAD = 32;

/** One field of a header block, its name and value as they came, one character for an octet. */
export class HeaderField {
  constructor(
    readonly name: string,
    readonly value: string,
    /** Whether HTTP/2 admits such a name and value, see {@link isSoundField}. */
    readonly isSound: boolean,
  ) {}

  /** What it counts in a table and in a list (RFC 7541, section 4.1; RFC 9113, section 6.5.2). */
  get size(): number {
    return this.name.length + this.value.length + FIELD_OVERHEAD;
  }
}

/** A token without capitals (RFC 9110, section 5.6.2), or the name of a pseudo-header. */
const NAME = /^:?[!#$%&'*+\-.^_`|~0-9a-z]+$/;
const BREAKS = /[\0\r\n]/;
const SPACE = 0x20;
const TAB = 0x09;

/** Fields of a connection of HTTP/1.1 (RFC 9113, section 8.2.2). */
const CONNECTION_FIELDS: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
]);

/** Whether a message may have such a field; one that has another is malformed (RFC 9113, sections 8.2.1, 8.2.2). */
export function isSoundField(name: string, value: string): boolean {
  if (!NAME.test(name) || !isSoundValue(value)) return false;
  return name === 'te' ? value === 'trailers' : !CONNECTION_FIELDS.has(name);
}

/** Whether a field may have such a value: no line ends, and no space around it (RFC 9113, section 8.2.1). */
export function isSoundValue(value: string): boolean {
  if (value.length === 0) return true;
  return !isSpace(value.charCodeAt(0)) && !isSpace(value.charCodeAt(value.length - 1)) && !BREAKS.test(value);
}

function isSpace(code: number): boolean {
  return code === SPACE || code === TAB;
}
