import { Code } from '../http/status.js';
import { badRequest, TranscodingError } from '../transcoding-error.js';

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** Between values, or within one: a scalar such as `12`, a string, or an object or array. */
type State = 'between' | 'scalar' | 'string' | 'container';

/**
 * Splits the body of a client stream into JSON values while it arrives: NDJSON, or the elements of one JSON
 * array. Only finds where values end; whether they are JSON is for the codec to say. Holds at most one value.
 */
export class JsonSplitter {
  private readonly decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  private array: 'unknown' | 'no' | 'open' | 'closed' = 'unknown';
  /** In an array: `first` is an element or the end, `comma` a comma or the end. */
  private expects: 'first' | 'comma' | 'element' = 'first';
  private state: State = 'between';
  private value = '';
  private depth = 0;
  private quoted = false;
  private escaped = false;

  /** @param maxChars the most characters of one value; above it 413 */
  constructor(private readonly maxChars: number) {}

  /**
   * The values that became complete.
   *
   * @throws TranscodingError BODY_NOT_UTF8, JSON_MALFORMED (400), MESSAGE_TOO_LARGE (413)
   */
  push(chunk: Uint8Array): string[] {
    return this.split(this.decode(chunk, true));
  }

  /** The last value, at the end of the body. Throws the same. */
  end(): string[] {
    const values = this.split(this.decode(new Uint8Array(), false));
    if (this.array === 'open' || (this.state !== 'between' && this.state !== 'scalar')) throw malformed();
    if (this.state === 'scalar') values.push(this.take());
    return values;
  }

  private decode(chunk: Uint8Array, stream: boolean): string {
    try {
      return this.decoder.decode(chunk, { stream });
    } catch {
      throw badRequest('BODY_NOT_UTF8', 'the body is not UTF-8');
    }
  }

  private split(text: string): string[] {
    const values: string[] = [];
    let start = 0;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (this.state === 'scalar' && (isSpace(code) || code === COMMA || code === CLOSE_BRACKET)) {
        this.append(text.slice(start, at));
        values.push(this.take());
      }
      if (this.state === 'between') {
        this.step(code);
        start = at;
      } else if (this.state !== 'scalar' && this.closes(code)) {
        this.append(text.slice(start, at + 1));
        values.push(this.take());
      }
    }
    if (this.state !== 'between') this.append(text.slice(start));
    return values;
  }

  /** A character between values: space, punctuation of the array, or the first of a value. */
  private step(code: number): void {
    if (isSpace(code)) return;
    if (this.array === 'unknown') {
      this.array = code === OPEN_BRACKET ? 'open' : 'no';
      if (this.array === 'open') return;
    }
    if (this.array === 'closed') throw malformed();
    if (this.array === 'open' && this.punctuation(code)) return;
    this.expects = 'comma';
    this.state =
      code === OPEN_BRACE || code === OPEN_BRACKET ? 'container' : code === QUOTE ? 'string' : 'scalar';
    this.depth = this.state === 'container' ? 1 : 0;
    this.quoted = this.state === 'string';
  }

  /** A comma or the end of the array; false for what begins an element. */
  private punctuation(code: number): boolean {
    if (code === COMMA && this.expects === 'comma') this.expects = 'element';
    else if (code === CLOSE_BRACKET && this.expects !== 'element') this.array = 'closed';
    else if (code === COMMA || code === CLOSE_BRACKET || this.expects === 'comma') throw malformed();
    else return false;
    return true;
  }

  /** Whether a character within a string or a container is its last. */
  private closes(code: number): boolean {
    if (this.escaped) this.escaped = false;
    else if (this.quoted) {
      if (code === BACKSLASH) this.escaped = true;
      else if (code === QUOTE) {
        this.quoted = false;
        return this.state === 'string';
      }
    } else if (code === QUOTE) this.quoted = true;
    else if (code === OPEN_BRACE || code === OPEN_BRACKET) this.depth++;
    else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) return --this.depth === 0;
    return false;
  }

  private append(text: string): void {
    if (this.value.length + text.length > this.maxChars) {
      throw new TranscodingError({
        httpStatus: 413,
        code: Code.RESOURCE_EXHAUSTED,
        reason: 'MESSAGE_TOO_LARGE',
        message: 'a message of the stream is too large',
      });
    }
    this.value += text;
  }

  private take(): string {
    const { value } = this;
    this.value = '';
    this.state = 'between';
    return value;
  }
}

function malformed(): TranscodingError {
  return badRequest('JSON_MALFORMED', 'the body is no stream of JSON values');
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}
