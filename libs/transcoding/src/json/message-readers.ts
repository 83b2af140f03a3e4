import type { DescField, DescMessage, DescOneof } from '@bufbuild/protobuf';
import { invalid, type DecodeContext, type ValueReader } from './decode-context.js';
import { acceptsNull, compileFieldReader } from './field-reader.js';
import { fragment, type Fragment } from './fragment.js';
import { wellKnownReader } from './well-known-readers.js';

interface FieldPlan {
  readonly field: DescField;
  readonly index: number;
  readonly oneof: DescOneof | undefined;
  readonly nullIsValue: boolean;
  /** Its JSON name as printers write a key: `"name":` */
  readonly label: Fragment;
  readonly read: ValueReader;
}

interface MessagePlan {
  /** By JSON name and proto name; the JSON name of one field beats the proto name of another. */
  readonly byKey: ReadonlyMap<string, FieldPlan>;
  /** In the order of the descriptor, in which most texts have them. */
  readonly fields: readonly FieldPlan[];
}

/** The readers of messages, each compiled when it is first needed. */
export class MessageReaders {
  private readonly readers = new Map<DescMessage, ValueReader>();
  private readonly plans = new Map<DescMessage, MessagePlan>();
  private readonly fields = new Map<DescField, ValueReader>();

  /** Reads the JSON form of a message and writes its fields, without tag and length. */
  get(message: DescMessage): ValueReader {
    let reader = this.readers.get(message);
    if (reader === undefined) {
      reader = wellKnownReader(message) ?? ((context) => this.readObject(message, context));
      this.readers.set(message, reader);
    }
    return reader;
  }

  /** Reads the JSON value of a field, other than the `null` of its absence, and writes tag and value. */
  ofField(field: DescField): ValueReader {
    let reader = this.fields.get(field);
    if (reader === undefined) this.fields.set(field, (reader = compileFieldReader(field)));
    return reader;
  }

  /**
   * Reads an ordinary message from a JSON object. `@type` is passed over inside of an Any.
   *
   * @throws TranscodingError FIELD_UNKNOWN, FIELD_DUPLICATE, ONEOF_CONFLICT, FIELD_INVALID, JSON_MALFORMED
   */
  readObject(message: DescMessage, context: DecodeContext, insideAny = false): void {
    const { cursor, path } = context;
    if (cursor.kind() !== 'object') throw invalid(context, 'must be an object');
    const plan = this.plan(message);
    const seen = new SeenFields();
    let typed = false;
    let expected = plan.fields[0];
    let oneofs: Set<DescOneof> | undefined;
    for (let more = cursor.beginObject(); more; more = cursor.nextMember()) {
      let entry = expected;
      // Most texts have the fields in order, and a comparison is cheaper than a new string and its hash.
      if (entry === undefined || !cursor.acceptKey(entry.label)) {
        const key = cursor.key();
        entry = plan.byKey.get(key);
        if (entry === undefined) {
          if (insideAny && key === '@type') {
            if (typed) throw invalid(context, 'has @type twice', 'FIELD_DUPLICATE');
            typed = true;
          } else if (!context.ignoreUnknownFields) {
            path.push(key);
            throw invalid(context, `is no field of ${message.name}`, 'FIELD_UNKNOWN');
          }
          cursor.skip();
          continue;
        }
      }
      expected = plan.fields[entry.index + 1];
      path.push(entry.field.name);
      if (!seen.add(entry.index)) throw invalid(context, 'is given twice', 'FIELD_DUPLICATE');
      if (entry.nullIsValue || !cursor.acceptNull()) {
        if (entry.oneof !== undefined) {
          oneofs ??= new Set();
          if (oneofs.has(entry.oneof)) {
            throw invalid(context, `excludes another field of ${entry.oneof.name}`, 'ONEOF_CONFLICT');
          }
          oneofs.add(entry.oneof);
        }
        entry.read(context);
      }
      path.pop();
    }
  }

  private plan(message: DescMessage): MessagePlan {
    let plan = this.plans.get(message);
    if (plan === undefined) {
      plan = compilePlan(message);
      this.plans.set(message, plan);
    }
    return plan;
  }
}

function compilePlan(message: DescMessage): MessagePlan {
  const entries = message.fields.map((field, index): FieldPlan => {
    const nullIsValue =
      (field.fieldKind === 'message' && acceptsNull(field.message)) ||
      (field.fieldKind === 'enum' && field.enum.typeName === 'google.protobuf.NullValue');
    const label = fragment(`${JSON.stringify(field.jsonName)}:`);
    return { field, index, oneof: field.oneof, nullIsValue, label, read: compileFieldReader(field) };
  });
  const byKey = new Map([
    ...entries.map((entry) => [entry.field.name, entry] as const),
    ...entries.map((entry) => [entry.field.jsonName, entry] as const),
  ]);
  return { byKey, fields: entries };
}

/** Which fields of a message were met, without an allocation for those of small messages. */
class SeenFields {
  private low = 0;
  private high: Set<number> | undefined;

  /** False when it was there already. */
  add(index: number): boolean {
    if (index < 31) {
      const bit = 1 << index;
      if ((this.low & bit) !== 0) return false;
      this.low |= bit;
      return true;
    }
    this.high ??= new Set();
    if (this.high.has(index)) return false;
    this.high.add(index);
    return true;
  }
}
