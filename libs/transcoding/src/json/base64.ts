const BASE64 = /^[A-Za-z0-9+/_-]*(={0,2})$/;

/**
 * Bytes from base64 in the standard or the URL alphabet, with or without padding (proto3 JSON). Undefined for
 * anything else: unlike `Buffer.from`, which ignores what it does not know.
 */
export function parseBase64(text: string): Uint8Array | undefined {
  const padding = BASE64.exec(text)?.[1];
  if (padding === undefined) return undefined;
  const digits = text.length - padding.length;
  if (digits % 4 === 1 || (padding !== '' && text.length % 4 !== 0)) return undefined;
  return Buffer.from(text, 'base64');
}
