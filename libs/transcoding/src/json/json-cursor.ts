import { badRequest, type TranscodingError } from '../transcoding-error.js';

/** Objects and arrays within each other; the limit of the protobuf implementations. */
export const MAX_DEPTH = 100;

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;

/** What the next value is. */
export type JsonKind = 'object' | 'array' | 'string' | 'number' | 'true' | 'false' | 'null';

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

  constructor(readonly text: string) {}

  kind(): JsonKind {
    this.space();
    const code = this.text.charCodeAt(this.at);
    if (code === 0x22) return 'string';
    if (code === 0x7b) return 'object';
    if (code === 0x5b) return 'array';
    if (code === 0x2d || (code >= 0x30 && code <= 0x39)) return 'number';
    for (const word of ['true', 'false', 'null'] as const) {
      if (this.text.startsWith(word, this.at)) return word;
    }
    throw this.malformed();
  }

  /** Enters an object; true when it has a member, whose `key` comes next. */
  beginObject(): boolean {
    return this.begin(0x7b, 0x7d);
  }

  /** The key of a member, up to its value. */
  key(): string {
    this.space();
    const key = this.string();
    this.space();
    if (this.text.charCodeAt(this.at) !== 0x3a) throw this.malformed();
    this.at++;
    return key;
  }

  /** Passes over a key written exactly so, quotes and colon included; false, and nothing passed over, for another. */
  acceptKey(label: string): boolean {
    this.space();
    if (!this.text.startsWith(label, this.at)) return false;
    this.at += label.length;
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
    this.space();
    const { text } = this;
    if (text.charCodeAt(this.at) !== 0x22) throw this.malformed();
    const start = ++this.at;
    for (;;) {
      const code = text.charCodeAt(this.at);
      if (code === 0x22) return text.slice(start, this.at++);
      if (code === 0x5c) return this.escapedString(start);
      // NaN, at the end of the text, is refused as well.
      if (!(code >= 0x20)) throw this.malformed();
      this.at++;
    }
  }

  /** The text of a number. */
  number(): string {
    this.space();
    NUMBER.lastIndex = this.at;
    const found = NUMBER.exec(this.text)?.[0];
    if (found === undefined) throw this.malformed();
    this.at += found.length;
    return found;
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
    const ahead = new JsonCursor(this.text);
    ahead.at = this.at;
    ahead.depth = this.depth;
    return ahead;
  }

  /** The text must end here. */
  end(): void {
    this.space();
    if (this.at < this.text.length) throw this.malformed();
  }

  malformed(): TranscodingError {
    return badRequest('JSON_MALFORMED', `the body is no JSON (at character ${this.at})`);
  }

  private begin(opening: number, closing: number): boolean {
    this.space();
    if (this.text.charCodeAt(this.at) !== opening) throw this.malformed();
    if (++this.depth > MAX_DEPTH) {
      throw badRequest('JSON_TOO_DEEP', `the body nests deeper than ${MAX_DEPTH}`);
    }
    this.at++;
    this.space();
    if (this.text.charCodeAt(this.at) !== closing) return true;
    this.at++;
    this.depth--;
    return false;
  }

  private next(closing: number): boolean {
    this.space();
    const code = this.text.charCodeAt(this.at);
    if (code !== 0x2c && code !== closing) throw this.malformed();
    this.at++;
    if (code === closing) this.depth--;
    return code !== closing;
  }

  private space(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.at++;
    }
  }

  /** From the first backslash on: finds the end of the string and leaves its escapes to JSON.parse. */
  private escapedString(start: number): string {
    const { text } = this;
    for (;;) {
      const code = text.charCodeAt(this.at);
      if (code === 0x22) break;
      if (!(code >= 0x20)) throw this.malformed();
      this.at += code === 0x5c ? 2 : 1;
    }
    const value = this.unescape(text.slice(start - 1, ++this.at));
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
