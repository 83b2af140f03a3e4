/** Twelve digits of base 36 stay below the largest int8. */
const ETAG = /^[1-9a-z][0-9a-z]{0,11}$/;

/** No row has this version. */
const NO_VERSION = -1n;

/** Returns the etag (AIP-154) of a row that counts its changes. Opaque to callers. */
export function etagOf(version: bigint): string {
  return version.toString(36);
}

/**
 * Returns the version that an etag stands for: undefined when none was sent
 * and anything will do, and a version that no row has for what {@link etagOf}
 * never made. Whether it is the current one is for the query to say, so that
 * existence is not given away by the answer to a wrong etag.
 */
export function versionOf(etag: string): bigint | undefined {
  if (etag === '') return undefined;
  if (!ETAG.test(etag)) return NO_VERSION;
  return [...etag].reduce((version, digit) => version * 36n + BigInt(Number.parseInt(digit, 36)), 0n);
}
