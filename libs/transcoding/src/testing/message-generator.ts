import {
  create,
  ScalarType,
  type DescField,
  type DescMessage,
  type FileRegistry,
  type Message,
} from '@bufbuild/protobuf';
import { reflect, scalarZeroValue, type ReflectMessage } from '@bufbuild/protobuf/reflect';
import { anyPack, type Any } from '@bufbuild/protobuf/wkt';
import { messageOf } from './contract.js';
import type { Random } from './random.js';

const STRINGS = [
  '',
  'a',
  'plain text',
  'qu"ote\\',
  'line\nbreak\u0001',
  '世界',
  '🜁',
  '\u2028',
  '__proto__',
  'x'.repeat(200),
];
const DOUBLES = [0, -0, 1, -1.5, 0.1, 1e21, 1e-7, 5e-324, 1.7976931348623157e308, NaN, Infinity, -Infinity];
const INT32S = [0, 1, -1, 127, 128, 2147483647, -2147483648];
const INT64S = [0n, 1n, -1n, 2n ** 53n, 2n ** 53n + 1n, -(2n ** 53n) - 1n, 2n ** 63n - 1n, -(2n ** 63n)];
const MAX_DEPTH = 4;

/** Makes messages of any type, with a liking for the values where codecs go wrong. */
export class MessageGenerator {
  constructor(
    private readonly registry: FileRegistry,
    private readonly random: Random,
  ) {}

  message(desc: DescMessage, depth = 0): Message {
    const special = this.special(desc, depth);
    if (special !== undefined) return special;
    const message = reflect(desc, create(desc));
    for (const field of desc.fields) {
      if (!this.random.chance(field.message === desc ? 25 : 55)) continue;
      if (field.message !== undefined && depth >= MAX_DEPTH) continue;
      this.fill(message, field, depth);
    }
    return message.message;
  }

  private fill(message: ReflectMessage, field: DescField, depth: number): void {
    switch (field.fieldKind) {
      case 'scalar':
        return message.set(field, this.scalar(field.scalar));
      case 'enum':
        return message.set(field, this.enumNumber(field));
      case 'message':
        return message.set(field, reflect(field.message, this.message(field.message, depth + 1)));
      case 'list': {
        const list = message.get(field);
        for (let count = this.random.below(4); count > 0; count--) list.add(this.element(field, depth));
        return;
      }
      case 'map': {
        const map = message.get(field);
        for (let count = this.random.below(4); count > 0; count--) {
          map.set(this.scalar(field.mapKey) as string, this.element(field, depth));
        }
      }
    }
  }

  private element(field: DescField & { fieldKind: 'list' | 'map' }, depth: number): unknown {
    if (field.message !== undefined) return reflect(field.message, this.message(field.message, depth + 1));
    return field.enum !== undefined ? this.enumNumber(field) : this.scalar(field.scalar);
  }

  private enumNumber(field: DescField): number {
    if (field.enum?.typeName === 'google.protobuf.NullValue') return 0;
    return this.random.pick([0, 1, 2, -1, 77, 2147483647]);
  }

  private scalar(type: ScalarType): unknown {
    const { random } = this;
    if (random.chance(10)) return scalarZeroValue(type, false);
    switch (type) {
      case ScalarType.STRING:
        return random.pick(STRINGS);
      case ScalarType.BYTES:
        return random.bytes(random.below(12));
      case ScalarType.BOOL:
        return random.chance(50);
      case ScalarType.DOUBLE:
        return random.pick(DOUBLES);
      case ScalarType.FLOAT:
        return Math.fround(
          random.pick([...DOUBLES.slice(0, 5), 3.4028234663852886e38, ...DOUBLES.slice(-3)]),
        );
      case ScalarType.INT32:
      case ScalarType.SINT32:
      case ScalarType.SFIXED32:
        return random.pick(INT32S);
      case ScalarType.UINT32:
      case ScalarType.FIXED32:
        return random.pick(INT32S) >>> 0;
      case ScalarType.UINT64:
      case ScalarType.FIXED64:
        return BigInt.asUintN(64, random.pick(INT64S));
      default:
        return random.pick(INT64S);
    }
  }

  private special(desc: DescMessage, depth: number): Message | undefined {
    const { random } = this;
    switch (desc.typeName) {
      case 'google.protobuf.Timestamp':
        return create(desc, {
          seconds: random.pick([-62135596800n, -1n, 0n, 1609459200n, 253402300799n]),
          nanos: this.nanos(),
        } as never);
      case 'google.protobuf.Duration': {
        const sign = random.pick([1, -1]);
        const seconds = BigInt(sign) * random.pick([0n, 1n, 315575999999n]);
        return create(desc, { seconds, nanos: sign * this.nanos() + 0 } as never);
      }
      case 'google.protobuf.FieldMask':
        return create(desc, {
          paths: random.list(3, () => random.pick(['a', 'display_name', 'owner.display_name'])),
        } as never);
      case 'google.protobuf.Value':
        return create(desc, { kind: this.kind(depth) } as never);
      case 'google.protobuf.Any': {
        if (random.chance(10)) return create(desc);
        const inner = messageOf(
          this.registry,
          random.pick([
            'Leaf',
            'Tree',
            'google.protobuf.Duration',
            'google.protobuf.Value',
            'google.protobuf.Empty',
          ]),
        );
        return anyPack(inner, this.message(inner, depth + 1)) as Any;
      }
      default:
        return undefined;
    }
  }

  private kind(depth: number): { case: string; value: unknown } {
    const { random } = this;
    const simple = [
      { case: 'nullValue', value: 0 },
      { case: 'numberValue', value: random.pick(DOUBLES.filter(Number.isFinite)) },
      { case: 'stringValue', value: random.pick(STRINGS) },
      { case: 'boolValue', value: random.chance(50) },
    ];
    if (depth >= MAX_DEPTH || random.chance(70)) return random.pick(simple);
    const name = random.pick(['Struct', 'ListValue']);
    const desc = messageOf(this.registry, `google.protobuf.${name}`);
    return { case: name === 'Struct' ? 'structValue' : 'listValue', value: this.message(desc, depth + 1) };
  }

  private nanos(): number {
    return this.random.pick([0, 1, 1000, 1_000_000, 123_456_789, 500_000_000, 999_999_999]);
  }
}
