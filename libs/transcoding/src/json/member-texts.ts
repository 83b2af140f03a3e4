import type { JsonWriter } from './json-writer.js';

const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const COLON = 0x3a;

/** The members of an object whose names come with the message: of those with one name the last counts. */
export class MemberTexts {
  private readonly texts = new Map<string, Buffer>();

  /** Takes what the writer has written since `start` as the value of a member. */
  take(name: string, writer: JsonWriter, start: number): void {
    this.texts.set(name, writer.cut(start));
  }

  /** Writes the object. */
  print(writer: JsonWriter): void {
    let separator = OPEN_BRACE;
    for (const [name, text] of this.texts) {
      writer.byte(separator);
      writer.quoted(name);
      writer.byte(COLON);
      writer.raw(text);
      separator = COMMA;
    }
    if (separator === OPEN_BRACE) writer.byte(OPEN_BRACE);
    writer.byte(CLOSE_BRACE);
  }
}
