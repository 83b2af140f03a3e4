import { ScalarType, type DescMessage } from '@bufbuild/protobuf';

const WRAPPERS: Readonly<Record<string, ScalarType>> = {
  'google.protobuf.DoubleValue': ScalarType.DOUBLE,
  'google.protobuf.FloatValue': ScalarType.FLOAT,
  'google.protobuf.Int64Value': ScalarType.INT64,
  'google.protobuf.UInt64Value': ScalarType.UINT64,
  'google.protobuf.Int32Value': ScalarType.INT32,
  'google.protobuf.UInt32Value': ScalarType.UINT32,
  'google.protobuf.BoolValue': ScalarType.BOOL,
  'google.protobuf.StringValue': ScalarType.STRING,
  'google.protobuf.BytesValue': ScalarType.BYTES,
};

const SPECIAL = new Set([
  ...Object.keys(WRAPPERS),
  ...['Timestamp', 'Duration', 'FieldMask', 'Struct', 'Value', 'ListValue', 'Any'].map(
    (name) => `google.protobuf.${name}`,
  ),
]);

/** The scalar of a wrapper message such as google.protobuf.Int64Value; undefined for other messages. */
export function wrappedScalar(message: DescMessage): ScalarType | undefined {
  return WRAPPERS[message.typeName];
}

/** Whether the JSON form of a message is not the object of its fields; inside of an Any it is then under `value`. */
export function hasSpecialJson(message: DescMessage): boolean {
  return SPECIAL.has(message.typeName);
}

/** Raw bytes with a content type: the body as it is, not JSON. */
export const HTTP_BODY = 'google.api.HttpBody';
