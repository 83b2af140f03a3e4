import {
  create,
  createFileRegistry,
  setExtension,
  type DescExtension,
  type DescMessage,
  type FileRegistry,
} from '@bufbuild/protobuf';
import {
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
  file_google_protobuf_any,
  file_google_protobuf_descriptor,
  file_google_protobuf_duration,
  file_google_protobuf_empty,
  file_google_protobuf_field_mask,
  file_google_protobuf_struct,
  file_google_protobuf_timestamp,
  file_google_protobuf_wrappers,
  FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  FieldOptionsSchema,
  MethodOptionsSchema,
  type FileDescriptorProto,
} from '@bufbuild/protobuf/wkt';
import { enumFromText, messageFromText, type TypeNames } from './descriptor-text.js';

/** A google.api.HttpRule as it is written in a `.proto`, with one of the methods or `custom`. */
export interface RuleText {
  readonly get?: string;
  readonly put?: string;
  readonly post?: string;
  readonly delete?: string;
  readonly patch?: string;
  readonly custom?: { readonly kind: string; readonly path: string };
  readonly body?: string;
  readonly responseBody?: string;
  readonly additionalBindings?: readonly RuleText[];
}

/** An RPC of a contract. Types are names of the contract or of google.protobuf. */
export interface RpcText {
  readonly name: string;
  readonly input: string;
  readonly output: string;
  readonly http?: RuleText;
  readonly clientStreaming?: boolean;
  readonly serverStreaming?: boolean;
}

/** A contract in a few lines, for specs and the conformance runner. */
export interface ContractText {
  /** By name; see `messageFromText`. */
  readonly messages: Readonly<Record<string, string>>;
  /** By name: `NAME=0 OTHER=1`. */
  readonly enums?: Readonly<Record<string, string>>;
  readonly rpcs?: readonly RpcText[];
}

/** The package of every contract made here. */
const TEST_PACKAGE = 'test.v1';

const WELL_KNOWN = [
  file_google_protobuf_descriptor,
  file_google_protobuf_any,
  file_google_protobuf_duration,
  file_google_protobuf_empty,
  file_google_protobuf_field_mask,
  file_google_protobuf_struct,
  file_google_protobuf_timestamp,
  file_google_protobuf_wrappers,
];

/** Builds descriptors as a compiler would, google/api/http.proto and annotations.proto among them. */
export function contract(text: ContractText): FileRegistry {
  const rule = HTTP.getExtension('google.api.http') as DescExtension;
  const names = typeNames(TEST_PACKAGE, Object.keys(text.messages), Object.keys(text.enums ?? {}));
  const file = create(FileDescriptorProtoSchema, {
    name: 'test/v1/test.proto',
    package: TEST_PACKAGE,
    syntax: 'proto3',
    dependency: [
      ...WELL_KNOWN.map(({ proto }) => proto.name),
      'google/api/annotations.proto',
      'google/api/httpbody.proto',
      'google/api/field_behavior.proto',
    ],
    messageType: messagesOf(TEST_PACKAGE, text.messages, names),
    enumType: Object.entries(text.enums ?? {}).map(([name, values]) => enumFromText(name, values)),
    service: [
      {
        name: 'TestService',
        method: (text.rpcs ?? []).map((rpc) => ({
          name: rpc.name,
          inputType: `.${names.resolve(rpc.input)}`,
          outputType: `.${names.resolve(rpc.output)}`,
          clientStreaming: rpc.clientStreaming ?? false,
          serverStreaming: rpc.serverStreaming ?? false,
          options: rpc.http === undefined ? undefined : methodOptions(rule, rpc.http),
        })),
      },
    ],
  });
  return createFileRegistry(create(FileDescriptorSetSchema, { file: [...GOOGLE_FILES, file] }));
}

/** A message of a contract by its name. */
export function messageOf(registry: FileRegistry, name: string): DescMessage {
  const message = registry.getMessage(name.includes('.') ? name : `${TEST_PACKAGE}.${name}`);
  if (message === undefined) throw new Error(`no message ${name}`);
  return message;
}

function methodOptions(
  extension: DescExtension,
  rule: RuleText,
): ReturnType<typeof create<typeof MethodOptionsSchema>> {
  const options = create(MethodOptionsSchema);
  const message = extension.message as DescMessage;
  setExtension(options, extension, create(message, ruleInit(rule)) as never);
  return options;
}

function ruleInit(rule: RuleText): Record<string, unknown> {
  const { body = '', responseBody = '', additionalBindings = [], custom, ...methods } = rule;
  const [method] = Object.entries(methods);
  const pattern =
    custom !== undefined
      ? { case: 'custom', value: { $typeName: 'google.api.CustomHttpPattern', ...custom } }
      : method === undefined
        ? { case: undefined }
        : { case: method[0], value: method[1] };
  return { pattern, body, responseBody, additionalBindings: additionalBindings.map(ruleInit) };
}

function typeNames(pkg: string, messages: readonly string[], enums: readonly string[]): TypeNames {
  const enumNames = new Set([...enums.map((name) => `${pkg}.${name}`), 'google.protobuf.NullValue']);
  return {
    resolve(name) {
      if (messages.includes(name) || enums.includes(name)) return `${pkg}.${name}`;
      return name.includes('.') ? name : `google.protobuf.${name}`;
    },
    isEnum: (fullName) => enumNames.has(fullName),
    behavior(word) {
      const options = create(FieldOptionsSchema);
      const extension = HTTP.getExtension('google.api.field_behavior') as DescExtension;
      setExtension(options, extension, [BEHAVIORS.indexOf(word)] as never);
      return options;
    },
  };
}

function messagesOf(
  pkg: string,
  messages: Readonly<Record<string, string>>,
  names: TypeNames,
): ReturnType<typeof messageFromText>[] {
  return Object.entries(messages).map(([name, fields]) =>
    messageFromText(name, fields, names, `${pkg}.${name}`),
  );
}

/** The numbers of google.api.FieldBehavior. */
const BEHAVIORS = ['unspecified', 'optional', 'required', 'output', 'input', 'immutable'];

function googleApiFiles(): FileDescriptorProto[] {
  const http = {
    HttpRule:
      'selector:string pattern{ get:string put:string post:string delete:string patch:string custom@8:google.api.CustomHttpPattern } ' +
      'body@7:string response_body@12:string additional_bindings@11:google.api.HttpRule[]',
    CustomHttpPattern: 'kind:string path:string',
  };
  const names = typeNames('google.api', [], []);
  return [
    create(FileDescriptorProtoSchema, {
      name: 'google/api/http.proto',
      package: 'google.api',
      syntax: 'proto3',
      messageType: messagesOf('google.api', http, names),
    }),
    create(FileDescriptorProtoSchema, {
      name: 'google/api/annotations.proto',
      package: 'google.api',
      syntax: 'proto3',
      dependency: ['google/api/http.proto', 'google/protobuf/descriptor.proto'],
      extension: [
        {
          name: 'http',
          number: 72295728,
          extendee: '.google.protobuf.MethodOptions',
          type: FieldDescriptorProto_Type.MESSAGE,
          label: FieldDescriptorProto_Label.OPTIONAL,
          typeName: '.google.api.HttpRule',
          jsonName: 'http',
        },
      ],
    }),
    create(FileDescriptorProtoSchema, {
      name: 'google/api/field_behavior.proto',
      package: 'google.api',
      syntax: 'proto3',
      dependency: ['google/protobuf/descriptor.proto'],
      enumType: [
        enumFromText(
          'FieldBehavior',
          BEHAVIORS.map((word, number) => `${word.toUpperCase()}=${number}`).join(' '),
        ),
      ],
      extension: [
        {
          name: 'field_behavior',
          number: 1052,
          extendee: '.google.protobuf.FieldOptions',
          type: FieldDescriptorProto_Type.ENUM,
          label: FieldDescriptorProto_Label.REPEATED,
          typeName: '.google.api.FieldBehavior',
          jsonName: 'fieldBehavior',
        },
      ],
    }),
    create(FileDescriptorProtoSchema, {
      name: 'google/api/httpbody.proto',
      package: 'google.api',
      syntax: 'proto3',
      dependency: ['google/protobuf/any.proto'],
      messageType: messagesOf(
        'google.api',
        { HttpBody: 'content_type:string data:bytes extensions:Any[]' },
        names,
      ),
    }),
  ];
}

const GOOGLE_FILES = [...WELL_KNOWN.map(({ proto }) => proto), ...googleApiFiles()];
const HTTP = createFileRegistry(create(FileDescriptorSetSchema, { file: GOOGLE_FILES }));
