import { BinaryReader } from '@bufbuild/protobuf/wire';

/** A span as a collector gets it. */
export interface CollectedSpan {
  /** `service.name` and the other attributes of the process that made it. */
  readonly resource: Readonly<Record<string, string>>;
  readonly traceId: string;
  readonly spanId: string;
  /** '' for the first span of a trace. */
  readonly parentSpanId: string;
  readonly name: string;
  readonly kind: 'INTERNAL' | 'SERVER' | 'CLIENT' | 'PRODUCER' | 'CONSUMER' | 'UNSPECIFIED';
  /** As text, whatever their type. */
  readonly attributes: Readonly<Record<string, string>>;
}

const KINDS = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'] as const;

/**
 * Reads an export of spans: `opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest` in wire format, its
 * fields by the numbers of opentelemetry-proto 1.x.
 */
export function readSpans(bytes: Uint8Array): CollectedSpan[] {
  return messagesIn(bytes, 1).flatMap((resourceSpans) => {
    const resource = attributesIn(messagesIn(resourceSpans, 1)[0] ?? new Uint8Array(), 1);
    const scopes = messagesIn(resourceSpans, 2);
    return scopes.flatMap((scope) => messagesIn(scope, 2)).map((span) => readSpan(span, resource));
  });
}

function readSpan(bytes: Uint8Array, resource: CollectedSpan['resource']): CollectedSpan {
  const hex = (field: number) => Buffer.from(messagesIn(bytes, field)[0] ?? []).toString('hex');
  return {
    resource,
    traceId: hex(1),
    spanId: hex(2),
    parentSpanId: hex(4),
    name: textIn(bytes, 5),
    kind: KINDS[numberIn(bytes, 6)] ?? 'UNSPECIFIED',
    attributes: attributesIn(bytes, 9),
  };
}

/** `KeyValue` of fields of that number. */
function attributesIn(bytes: Uint8Array, field: number): Record<string, string> {
  return Object.fromEntries(
    messagesIn(bytes, field).map((pair) => {
      const value = messagesIn(pair, 2)[0] ?? new Uint8Array();
      // `AnyValue`: a string or a number in what is read here.
      const text = messagesIn(value, 1).length > 0 ? textIn(value, 1) : String(numberIn(value, 3));
      return [textIn(pair, 1), text];
    }),
  );
}

const LENGTH_DELIMITED = 2;
const VARINT = 0;

function messagesIn(bytes: Uint8Array, field: number): Uint8Array[] {
  const reader = new BinaryReader(bytes);
  const found: Uint8Array[] = [];
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    if (number === field && wireType === LENGTH_DELIMITED) found.push(reader.bytes());
    else reader.skip(wireType);
  }
  return found;
}

function textIn(bytes: Uint8Array, field: number): string {
  return Buffer.from(messagesIn(bytes, field)[0] ?? []).toString('utf8');
}

function numberIn(bytes: Uint8Array, field: number): number {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    if (number === field && wireType === VARINT) return Number(reader.uint64());
    reader.skip(wireType);
  }
  return 0;
}
