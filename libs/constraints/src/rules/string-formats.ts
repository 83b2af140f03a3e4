import { isIPv4, isIPv6 } from 'node:net';

/** A format that a string can be asked to have. */
export interface StringFormat {
  readonly words: string;
  readonly matches: (value: string) => boolean;
}

const HEX = '[0-9a-fA-F]';
const UUID = new RegExp(`^${HEX}{8}-${HEX}{4}-${HEX}{4}-${HEX}{4}-${HEX}{12}$`);
const TRIMMED_UUID = new RegExp(`^${HEX}{32}$`);

/** 128 bits in Crockford's base 32, of which the first digit holds three. */
const ULID = /^[0-7][0-9a-hjkmnp-tv-zA-HJKMNP-TV-Z]{25}$/;

/** A valid e-mail address as the HTML standard defines it (4.10.5.1.5), which is narrower than RFC 5322. */
const LABEL = '[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?';
const EMAIL = new RegExp(`^[a-zA-Z0-9.!#$%&'*+/=?^_\`{|}~-]+@${LABEL}(?:\\.${LABEL})*$`);

/** Labels of letters, digits and inner hyphens, the last not all digits (RFC 1123, 2.1); a final dot may follow. */
const HOST_LABEL = /^[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?$/;
const MAX_HOSTNAME = 253;
const MAX_HOST_LABEL = 63;

function isHostname(value: string): boolean {
  if (value.length > MAX_HOSTNAME) return false;
  const labels = (value.endsWith('.') ? value.slice(0, -1) : value).split('.');
  return (
    labels.every((label) => label.length <= MAX_HOST_LABEL && HOST_LABEL.test(label)) &&
    !/^[0-9]+$/.test(labels.at(-1) ?? '')
  );
}

/** An IPv6 address, with any zone that is not empty (RFC 4007, 11). */
function isIpv6WithZone(value: string): boolean {
  const percent = value.indexOf('%');
  if (percent === -1) return isIPv6(value);
  return percent < value.length - 1 && isIPv6(value.slice(0, percent));
}

const isIp = (value: string) => isIPv4(value) || isIpv6WithZone(value);

/** The formats, by the names of their settings. None admits the empty string. */
export const stringFormats: Readonly<Record<string, StringFormat>> = {
  email: { words: 'an e-mail address', matches: (value) => EMAIL.test(value) },
  hostname: { words: 'a host name', matches: isHostname },
  ip: { words: 'an IP address', matches: isIp },
  ipv4: { words: 'an IPv4 address', matches: isIPv4 },
  ipv6: { words: 'an IPv6 address', matches: isIpv6WithZone },
  address: { words: 'a host name or an IP address', matches: (value) => isHostname(value) || isIp(value) },
  uuid: { words: 'a UUID', matches: (value) => UUID.test(value) },
  tuuid: { words: 'a UUID without hyphens', matches: (value) => TRIMMED_UUID.test(value) },
  ulid: { words: 'a ULID', matches: (value) => ULID.test(value) },
};
