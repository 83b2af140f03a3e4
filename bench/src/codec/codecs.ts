import { create, fromBinary, fromJson, toBinary, toJson, type DescMessage } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { contract } from '@gatehouse/contracts';
import { createCodec } from '@gatehouse/transcoding';
import protobufjs from 'protobufjs';
import 'protobufjs/ext/descriptor.js';
import { SAMPLE_TYPE, sampleJson, type Size } from './sample.js';

/** Translates one message both ways, from bytes that came to bytes that go. */
export interface Contestant {
  /** The JSON that it reads: protobufjs does not know that of times. */
  json(size: Size): string;
  toJson(wire: Uint8Array): Uint8Array;
  toWire(json: Uint8Array): Uint8Array;
}

/** Those that are compared, by name, each made in the process where it runs alone. */
export const CODECS = {
  gatehouse: makeGatehouse,
  'protobuf-es': makeProtobufEs,
  protobufjs: makeProtobufjs,
} as const satisfies Record<string, () => Contestant>;

export type CodecName = keyof typeof CODECS;

function sampleType(): DescMessage {
  const type = contract.getMessage(SAMPLE_TYPE);
  if (type === undefined) throw new Error(`the contract has no ${SAMPLE_TYPE}`);
  return type;
}

function makeGatehouse(): Contestant {
  const type = sampleType();
  const codec = createCodec(contract);
  return {
    json: sampleJson,
    toJson: (wire) => codec.encodeJson(type, wire),
    toWire: (json) => codec.decodeJson(type, json),
  };
}

function makeProtobufEs(): Contestant {
  const type = sampleType();
  const options = { alwaysEmitImplicit: true };
  return {
    json: sampleJson,
    toJson: (wire) => Buffer.from(JSON.stringify(toJson(type, fromBinary(type, wire), options))),
    toWire: (json) => toBinary(type, fromJson(type, JSON.parse(Buffer.from(json).toString()))),
  };
}

/** With the options that come closest to canonical JSON. Its times are objects, which is less work than their text. */
function makeProtobufjs(): Contestant {
  const file = [...contract.files].map(({ proto }) => proto);
  const set = toBinary(FileDescriptorSetSchema, create(FileDescriptorSetSchema, { file }));
  const type = protobufjs.Root.fromDescriptor(set).lookupType(SAMPLE_TYPE);
  const options = { longs: String, enums: String, bytes: String, defaults: true, json: true };
  return {
    json: (size) => JSON.stringify(withTimesAsObjects(sampleJson(size))),
    toJson: (wire) => Buffer.from(JSON.stringify(type.toObject(type.decode(wire), options))),
    toWire: (json) => type.encode(type.fromObject(JSON.parse(Buffer.from(json).toString()))).finish(),
  };
}

/** The same value with each time as protobufjs has it. */
export function withTimesAsObjects(json: string): { [name: string]: unknown } {
  const isTime = (name: string, value: unknown): value is string =>
    /^(?:create|update)Time$/.test(name) && typeof value === 'string';
  return JSON.parse(json, (name, value: unknown) => {
    if (!isTime(name, value)) return value;
    const ms = Date.parse(value);
    return { seconds: String(Math.floor(ms / 1_000)), nanos: (ms % 1_000) * 1_000_000 };
  }) as { [name: string]: unknown };
}
