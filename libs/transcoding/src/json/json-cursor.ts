import { badRequest, type TranscodingError } from '../transcoding-error.js';
import { asBuffer, viewOf } from '../wire/as-buffer.js';
import type { WireWriter } from '../wire/wire-writer.js';
import type { Fragment } from './fragment.js';
import { isPlain, notPlain } from './plain-bytes.js';

/** Objects and arrays within each other; the limit of the protobuf implementations. */
export const MAX_DEPTH = 100;

const NUMBER = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** What the next value is. */
export type JsonKind = 'object' | 'array' | 'string' | 'number' | 'true' | 'false' | 'null';

/** The words of JSON by their first character. */
const WORDS = new Map([
  [0x74, 'true'],
  [0x66, 'false'],
  [0x6e, 'null'],
] as const);

/**
 * Walks a JSON text (RFC 8259, nothing more) value by value without making objects of it: keys such as
 * `__proto__` are only strings here, and numbers stay text until someone knows what they are to be.
 * Containers deeper than `MAX_DEPTH` are refused.
 *
 * Every method throws TranscodingError: JSON_MALFORMED, JSON_TOO_DEEP.
 */
export class JsonCursor {
  at = 0;
  private depth = 0;
  readonly bytes: Buffer;
  private readonly view: DataView;

  /** @param json UTF-8, which is not checked again */
  constructor(json: Uint8Array) {
    this.bytes = asBuffer(json);
    this.view = viewOf(json);
  }

  kind(): JsonKind {
    this.space();
    const code = this.code();
    if (code === QUOTE) return 'string';
    if (code === 0x7b) return 'object';
    if (code === 0x5b) return 'array';
    if (code === 0x2d || isDigit(code)) return 'number';
    const word = WORDS.get(code as 0x74);
    if (word !== undefined && this.text(this.at, this.at + word.length) === word) return word;
    throw this.malformed();
  }

  /** Enters an object; true when it has a member, whose `key` comes next. */
  beginObject(): boolean {
    return this.begin(0x7b, 0x7d);
  }

  /** The key of a member, up to its value. */
  key(): string {
    const key = this.string();
    this.space();
    if (this.code() !== 0x3a) throw this.malformed();
    this.at++;
    return key;
  }

  /** Passes over a key written exactly so, quotes and colon included; false, and nothing passed over, for another. */
  acceptKey({ words, lastMask, length }: Fragment): boolean {
    this.space();
    if (this.at + words.length * 4 > this.bytes.length) return false;
    const last = words.length - 1;
    for (let index = 0; index < last; index++)
      if (this.view.getInt32(this.at + index * 4, true) !== words[index]) return false;
    if ((this.view.getInt32(this.at + last * 4, true) & lastMask) !== words[last]) return false;
    this.at += length;
    return true;
  }

  /** After a member's value: true when another follows, else the object has been left. */
  nextMember(): boolean {
    return this.next(0x7d);
  }

  /** Enters an array; true when it has an element. */
  beginArray(): boolean {
    return this.begin(0x5b, 0x5d);
  }

  /** After an element: true when another follows, else the array has been left. */
  nextElement(): boolean {
    return this.next(0x5d);
  }

  string(): string {
    const start = this.enterString();
    if (!this.passString()) return this.escapedString(start);
    return this.text(start, this.at - 1);
  }

  /** Whether a string comes next. */
  isString(): boolean {
    this.space();
    return this.code() === QUOTE;
  }

  /** Has the UTF-8 of a string read where it stands, or a copy of it where it has escapes. */
  readString<Value>(read: (utf8: Uint8Array, start: number, end: number) => Value): Value {
    const start = this.enterString();
    if (this.passString()) return read(this.bytes, start, this.at - 1);
    const utf8 = Buffer.from(this.escapedString(start));
    return read(utf8, 0, utf8.length);
  }

  /** Writes a string as a value on the wire, without a string between where it has no escapes. Answers its bytes. */
  copyString(writer: WireWriter): number {
    const start = this.enterString();
    if (!this.passString()) return writer.string(this.escapedString(start));
    return writer.span(this.bytes, this.view, start, this.at - 1);
  }

  /** The text of a number. */
  number(): string {
    this.space();
    const start = this.at;
    while (isOfNumber(this.code())) this.at++;
    const text = this.text(start, this.at);
    if (!NUMBER.test(text)) throw this.malformed();
    return text;
  }

  /** Passes over `null`; false, and nothing passed over, where something else stands. */
  acceptNull(): boolean {
    this.space();
    const isNull = this.code() === 0x6e && this.kind() === 'null';
    if (isNull) this.word('null');
    return isNull;
  }

  /** Passes over the word that `kind` answered. */
  word(word: 'true' | 'false' | 'null'): void {
    this.at += word.length;
  }

  /** Passes over any value, which must be well formed. */
  skip(): void {
    const kind = this.kind();
    if (kind === 'string') this.string();
    else if (kind === 'number') this.number();
    else if (kind === 'object') {
      for (let more = this.beginObject(); more; more = this.nextMember()) {
        this.key();
        this.skip();
      }
    } else if (kind === 'array') {
      for (let more = this.beginArray(); more; more = this.nextElement()) this.skip();
    } else this.word(kind);
  }

  /** A cursor at the same place, to look ahead with. */
  fork(): JsonCursor {
    const ahead = new JsonCursor(this.bytes);
    ahead.at = this.at;
    ahead.depth = this.depth;
    return ahead;
  }

  /** The text must end here. */
  end(): void {
    this.space();
    if (this.at < this.bytes.length) throw this.malformed();
  }

  malformed(): TranscodingError {
    return badRequest('JSON_MALFORMED', `the body is no JSON (at byte ${this.at})`);
  }

  /** The byte that comes next; at the end 0, which no JSON holds. To read beyond the end even once is slow for good. */
  private code(): number {
    return this.at < this.bytes.length ? (this.bytes[this.at] as number) : 0;
  }

  private begin(opening: number, closing: number): boolean {
    this.space();
    if (this.code() !== opening) throw this.malformed();
    if (++this.depth > MAX_DEPTH) {
      throw badRequest('JSON_TOO_DEEP', `the body nests deeper than ${MAX_DEPTH}`);
    }
    this.at++;
    this.space();
    if (this.code() !== closing) return true;
    this.at++;
    this.depth--;
    return false;
  }

  private next(closing: number): boolean {
    this.space();
    const code = this.code();
    if (code !== 0x2c && code !== closing) throw this.malformed();
    this.at++;
    if (code === closing) this.depth--;
    return code !== closing;
  }

  private space(): void {
    for (let code = this.code(); code <= 0x20; code = this.code()) {
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.at++;
    }
  }

  private text(start: number, end: number): string {
    // UTF-8 that goes without saying takes half the time.
    return this.bytes.toString(undefined, start, end);
  }

  /** Passes over the quote before a string. Answers where it begins. */
  private enterString(): number {
    this.space();
    if (this.code() !== QUOTE) throw this.malformed();
    return ++this.at;
  }

  /** Passes over a string and the quote after it; false, and no further than it, for one with a backslash. */
  private passString(): boolean {
    const { bytes, view } = this;
    for (;;) {
      while (this.at + 4 <= bytes.length && notPlain(view.getInt32(this.at, true)) === 0) this.at += 4;
      while (isPlain(this.code())) this.at++;
      const code = this.code();
      if (code === BACKSLASH) return false;
      // What is left is a byte beyond ASCII, a quote, or wrong: a control character, or the end of the text.
      if (!(code >= 0x80 || code === QUOTE)) throw this.malformed();
      this.at++;
      if (code === QUOTE) return true;
    }
  }

  /** From the first backslash on: finds the end of the string and leaves its escapes to JSON.parse. */
  private escapedString(start: number): string {
    for (;;) {
      const code = this.code();
      if (code === QUOTE) break;
      if (code < 0x20) throw this.malformed();
      this.at += code === BACKSLASH ? 2 : 1;
    }
    const value = this.unescape(this.text(start - 1, ++this.at));
    // Half a surrogate pair has no UTF-8.
    if (/\p{Surrogate}/u.test(value)) throw this.malformed();
    return value;
  }

  private unescape(literal: string): string {
    try {
      return JSON.parse(literal) as string;
    } catch {
      throw this.malformed();
    }
  }
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** Digits, signs, the point and the exponent. */
function isOfNumber(code: number): boolean {
  return isDigit(code) || code === 0x2e || code === 0x2d || code === 0x2b || (code | 0x20) === 0x65;
}
