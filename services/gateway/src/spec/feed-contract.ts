import {
  create,
  createFileRegistry,
  fromBinary,
  fromJson,
  setExtension,
  type DescExtension,
  type FileRegistry,
  type JsonObject,
} from '@bufbuild/protobuf';
import {
  FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  FieldOptionsSchema,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
  MethodOptions_IdempotencyLevel,
  MethodOptionsSchema,
  type FileDescriptorProto,
} from '@bufbuild/protobuf/wkt';
import { contract, descriptorSet } from '@gatehouse/contracts';

/** The service of this contract, and where its backend is found: with the resources. */
export const FEED_SERVICE = 'gatehouse.resources.v1.FeedService';
const PACKAGE = 'gatehouse.resources.v1';

type MessageText = Readonly<Record<string, string>>;

const MESSAGES: Readonly<Record<string, MessageText>> = {
  WatchRequest: { topic: 'string', count: 'int32' },
  WatchReply: { number: 'int32', text: 'string' },
  CollectRequest: { topic: 'string', text: 'string', total: 'int64' },
  CollectReply: { topic: 'string', text: 'string', count: 'int32', bytes: 'int64', etag: 'string' },
  UploadRequest: { topic: 'string', file: '.google.api.HttpBody' },
};

interface RpcText {
  readonly types: readonly [input: string, output: string];
  readonly stream?: 'client' | 'server' | 'both';
  readonly http: JsonObject;
}

const RPCS: Readonly<Record<string, RpcText>> = {
  Watch: {
    types: ['WatchRequest', 'WatchReply'],
    stream: 'server',
    http: { get: '/v1/feeds/{topic}:watch' },
  },
  Collect: {
    types: ['CollectRequest', 'CollectReply'],
    stream: 'client',
    http: { post: '/v1/feeds/{topic}:collect', body: '*' },
  },
  Echo: { types: ['CollectRequest', 'CollectReply'], http: { post: '/v1/feeds/{topic}:echo', body: '*' } },
  Read: { types: ['WatchRequest', 'CollectReply'], http: { get: '/v1/feeds/{topic}' } },
  Fetch: { types: ['WatchRequest', '.google.api.HttpBody'], http: { get: '/v1/feeds/{topic}:fetch' } },
  Download: {
    types: ['WatchRequest', '.google.api.HttpBody'],
    stream: 'server',
    http: { get: '/v1/feeds/{topic}:download' },
  },
  Put: { types: ['UploadRequest', 'CollectReply'], http: { put: '/v1/feeds/{topic}', body: 'file' } },
  Upload: {
    types: ['UploadRequest', 'CollectReply'],
    stream: 'client',
    http: { post: '/v1/feeds/{topic}:upload', body: 'file' },
  },
};

const CHAT: Readonly<Record<string, RpcText>> = {
  Chat: { types: ['CollectRequest', 'WatchReply'], stream: 'both', http: { post: '/v1/chat', body: '*' } },
};

/** The shipped contract with a service whose methods stream and carry files; each needs `resources:read`. */
export function feedContract({ bidirectional = false } = {}): FileRegistry {
  const set = fromBinary(FileDescriptorSetSchema, descriptorSet);
  set.file.push(httpBodyFile(), feedFile({ ...RPCS, ...(bidirectional ? CHAT : {}) }));
  return createFileRegistry(set);
}

function httpBodyFile(): FileDescriptorProto {
  return create(FileDescriptorProtoSchema, {
    name: 'google/api/httpbody.proto',
    package: 'google.api',
    syntax: 'proto3',
    messageType: [messageOf('HttpBody', { content_type: 'string', data: 'bytes' })],
  });
}

function feedFile(rpcs: Readonly<Record<string, RpcText>>): FileDescriptorProto {
  return create(FileDescriptorProtoSchema, {
    name: 'gatehouse/resources/v1/feed_service.proto',
    package: PACKAGE,
    syntax: 'proto3',
    dependency: [
      'google/api/httpbody.proto',
      'google/api/annotations.proto',
      'gatehouse/access/v1/access.proto',
      'buf/validate/validate.proto',
    ],
    messageType: Object.entries(MESSAGES).map(([name, fields]) => messageOf(name, fields)),
    service: [
      {
        name: 'FeedService',
        method: Object.entries(rpcs).map(([name, { types, stream, http }]) => ({
          name,
          inputType: typeName(types[0]),
          outputType: typeName(types[1]),
          clientStreaming: stream === 'client' || stream === 'both',
          serverStreaming: stream === 'server' || stream === 'both',
          options: optionsOf(http),
        })),
      },
    ],
  });
}

function optionsOf(http: JsonObject) {
  const options = create(MethodOptionsSchema);
  if ('get' in http) options.idempotencyLevel = MethodOptions_IdempotencyLevel.NO_SIDE_EFFECTS;
  const rule = { permission: 'resources:read', callers: ['CALLER_USER'], revocation: 'REVOCATION_LENIENT' };
  for (const [name, value] of Object.entries({ 'google.api.http': http, 'gatehouse.access.v1.rule': rule })) {
    const extension = contract.getExtension(name) as DescExtension & { fieldKind: 'message' };
    setExtension(options, extension, fromJson(extension.message, value, { registry: contract }) as never);
  }
  return options;
}

function messageOf(name: string, fields: MessageText) {
  return {
    name,
    field: Object.entries(fields).map(([field, type], index) => ({
      name: field,
      jsonName: field.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      number: index + 1,
      label: FieldDescriptorProto_Label.OPTIONAL,
      options: create(FieldOptionsSchema),
      ...(type.startsWith('.')
        ? { type: FieldDescriptorProto_Type.MESSAGE, typeName: type }
        : { type: SCALARS[type] }),
    })),
  };
}

const SCALARS: Readonly<Record<string, FieldDescriptorProto_Type>> = {
  string: FieldDescriptorProto_Type.STRING,
  bytes: FieldDescriptorProto_Type.BYTES,
  int32: FieldDescriptorProto_Type.INT32,
  int64: FieldDescriptorProto_Type.INT64,
};

function typeName(name: string): string {
  return name.startsWith('.') ? name : `.${PACKAGE}.${name}`;
}
