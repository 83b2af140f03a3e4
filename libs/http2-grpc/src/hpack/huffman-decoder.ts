import { HpackError } from './hpack-error.js';
import { EOS, huffmanCodes } from './huffman-code.js';

/** What an entry of the table holds beside the next state: that a symbol ends, and which; or that the code is EOS. */
const EMITS = 1 << 17;
const FAILS = 1 << 18;
const SYMBOL_SHIFT = 8;

/** The most bits that pad a string: fewer than an octet (RFC 7541, section 5.2). */
const MAX_PADDING_BITS = 7;

interface Automaton {
  /** By state and the next four bits. The shortest code has five bits, so no more than one symbol ends in four. */
  readonly steps: Uint32Array;
  /** By state: whether a string may end there. */
  readonly isEnd: Uint8Array;
}

/** A place within the code, by the bits that led to it; what a bit leads to is another place or a symbol. */
interface Place {
  readonly next: [Place | number | undefined, Place | number | undefined];
  readonly state: number;
}

const { steps, isEnd } = automaton();

/** Made larger when a longer string comes. */
let scratch = Buffer.allocUnsafeSlow(4_096);

/**
 * Decodes a string (RFC 7541, section 5.2).
 *
 * @returns its octets, in memory that the next call uses again
 * @throws HpackError for one that holds EOS, or is padded with a whole octet or with other bits than ones
 */
export function decodeHuffman(bytes: Uint8Array, start: number, end: number): Buffer {
  // No code has fewer than five bits.
  const most = Math.ceil(((end - start) * 8) / 5);
  if (scratch.length < most) scratch = Buffer.allocUnsafeSlow(2 * most);
  let state = 0;
  let length = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    let step = steps[(state << 4) | (byte >> 4)] as number;
    if (step >= EMITS) length = emit(step, length);
    step = steps[((step & 0xff) << 4) | (byte & 0xf)] as number;
    if (step >= EMITS) length = emit(step, length);
    state = step & 0xff;
  }
  if (isEnd[state] === 0) throw new HpackError('a string is padded with other bits than ones');
  return scratch.subarray(0, length);
}

function emit(step: number, length: number): number {
  if (step >= FAILS) throw new HpackError('a string holds EOS');
  scratch[length] = (step >> SYMBOL_SHIFT) & 0xff;
  return length + 1;
}

function automaton(): Automaton {
  const places: Place[] = [];
  const addPlace = (): Place => {
    const place: Place = { next: [undefined, undefined], state: places.length };
    places.push(place);
    return place;
  };
  const root = addPlace();
  for (const { symbol, bits, length } of huffmanCodes()) {
    let place = root;
    for (let bit = length - 1; bit > 0; bit--) {
      const side = (bits >> bit) & 1;
      place = (place.next[side] ??= addPlace()) as Place;
    }
    place.next[bits & 1] = symbol;
  }
  const table = new Uint32Array(places.length << 4);
  for (const { state } of places) {
    for (let bits = 0; bits < 16; bits++) table[(state << 4) | bits] = stepFrom(places, state, bits);
  }
  const ends = new Uint8Array(places.length);
  let place = root;
  for (let bits = 0; bits <= MAX_PADDING_BITS; bits++) {
    ends[place.state] = 1;
    place = place.next[1] as Place;
  }
  return { steps: table, isEnd: ends };
}

function stepFrom(places: readonly Place[], state: number, bits: number): number {
  let place = places[state] as Place;
  let emitted = 0;
  for (let bit = 3; bit >= 0; bit--) {
    const next = place.next[(bits >> bit) & 1];
    if (typeof next === 'object') {
      place = next;
      continue;
    }
    if (next === undefined || next === EOS) return FAILS;
    emitted = EMITS | (next << SYMBOL_SHIFT);
    place = places[0] as Place;
  }
  return emitted | place.state;
}
