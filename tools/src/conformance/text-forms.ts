import { randomBytes } from 'node:crypto';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Whether the last character of a base64url segment carries bits that decode to nothing. */
export function hasSpareBits(segment: string): boolean {
  return segment.length % 4 !== 0;
}

/** The same bytes spelled differently: one spare bit of the last character set. */
export function setSpareBit(segment: string): string {
  const last = ALPHABET.indexOf(segment.at(-1) ?? '');
  return hasSpareBits(segment) ? segment.slice(0, -1) + ALPHABET.charAt(last ^ 1) : segment;
}

/** A departure in the encoding of one segment, made after signing. */
export function transformSegment(form: string, segment: string): string {
  switch (form) {
    case 'empty':
      return '';
    case 'pad':
      return segment + ('='.repeat((4 - (segment.length % 4)) % 4) || '=');
    case 'space':
      return `${segment.slice(0, 5)} ${segment.slice(5)}`;
    case 'newline':
      return `${segment}\n`;
    case 'std':
      return segment.replaceAll('-', '+').replaceAll('_', '/');
    case 'bang':
      return `${segment.slice(0, 5)}!${segment.slice(5)}`;
    case 'bits':
      return setSpareBit(segment);
    default:
      throw new Error(`unknown segment form ${form}`);
  }
}

/**
 * A departure of the text as a whole: another serialization, another kind of credential, other characters.
 *
 * @param segments header, payload and signature of a genuine access token
 * @param forgedPayload an encoded payload that was not signed
 */
export function transformText(
  form: string,
  segments: readonly [string, string, string],
  forgedPayload: string,
): string {
  const [header, payload, signature] = segments;
  const text = segments.join('.');
  switch (form) {
    case 'four':
      return `${text}.x`;
    case 'fourEmpty':
      return `${text}.`;
    case 'leadDot':
      return `.${text}`;
    case 'jwe':
      return [encode({ alg: 'dir', enc: 'A256GCM' }), '', random(12), payload, random(16)].join('.');
    case 'jwePbes2':
      return [encode(EXPENSIVE_PBES2), random(24), random(12), payload, random(16)].join('.');
    case 'jsonFlat':
      return JSON.stringify({ protected: header, payload, signature });
    case 'jsonGeneral':
      return JSON.stringify({ payload, signatures: [{ protected: header, signature }] });
    case 'jsonDotted':
      return JSON.stringify({
        a: `${header}.${forgedPayload}.${signature}`,
        payload,
        protected: header,
        signature,
      });
    case 'quotes':
      return `"${text}"`;
    case 'percent':
      return text.replaceAll('.', '%2E');
    case 'fullwidth':
      return text.replaceAll('.', '\uff0e');
    case 'zwsp':
      return `${text.slice(0, 9)}\u200b${text.slice(9)}`;
    case 'reverse':
      return [...text].toReversed().join('');
    case 'emptyTok':
      return '';
    case 'dots':
      return '..';
    case 'apiKey':
      return `rk_live_${random(24)}`;
    case 'opaque':
      return random(32);
    default:
      throw new Error(`unknown text form ${form}`);
  }
}

/** Asks for 2^31 - 1 rounds of key derivation (RFC 7518 section 4.8.1.2). */
const EXPENSIVE_PBES2 = {
  alg: 'PBES2-HS256+A128KW',
  enc: 'A128GCM',
  p2s: 'AAAAAAAAAAA',
  p2c: 2_147_483_647,
};

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function random(bytes: number): string {
  return randomBytes(bytes).toString('base64url');
}
