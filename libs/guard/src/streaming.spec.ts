import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { INestMicroservice } from '@nestjs/common';
import { create, createFileRegistry, fromBinary, setExtension, toBinary } from '@bufbuild/protobuf';
import {
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
  MethodOptionsSchema,
  StringValueSchema,
} from '@bufbuild/protobuf/wkt';
import {
  Client,
  credentials,
  Metadata,
  status,
  type ServiceDefinition,
  type ServiceError,
} from '@grpc/grpc-js';
import { contract, descriptorSet } from '@gatehouse/contracts';
import { Caller, Revocation, Rule } from '@gatehouse/contracts/access';
import {
  callInterceptor,
  CallsInFlight,
  ContractServer,
  ErrorFilter,
  readServedMethods,
  RpcController,
  type Call,
} from '@gatehouse/grpc';
import { createLogger } from '@gatehouse/telemetry';
import { createSigningKey } from '@gatehouse/testing';
import { KeySet } from '@gatehouse/tokens';
import { from, lastValueFrom, toArray, type Observable } from 'rxjs';
import { AccessGuard, GuardModule } from './index.js';

const PATH = '/spec.streams.v1.StreamService/';
const key = createSigningKey();
const keySet = KeySet.from({ keys: [key.jwk] });

/** The contract and one more service whose methods stream. */
function registryWithStreams() {
  const rule = contract.getExtension('gatehouse.access.v1.rule');
  if (!rule?.message) throw new Error('the contract has no access rule option');
  const encoded = Rule.encode({
    requirement: { $case: 'permission', value: 'resources:read' },
    callers: [Caller.USER],
    revocation: Revocation.LENIENT,
    audited: false,
    credentials: [],
    maxSignInAgeSeconds: 0,
  }).finish();
  const options = create(MethodOptionsSchema);
  setExtension(options, rule, fromBinary(rule.message, encoded));
  const messages = {
    inputType: '.google.protobuf.StringValue',
    outputType: '.google.protobuf.StringValue',
    options,
  };
  const file = create(FileDescriptorProtoSchema, {
    name: 'spec/streams.proto',
    package: 'spec.streams.v1',
    syntax: 'proto3',
    dependency: ['google/protobuf/wrappers.proto'],
    service: [
      {
        name: 'StreamService',
        method: [
          { name: 'Down', serverStreaming: true, ...messages },
          { name: 'Up', clientStreaming: true, ...messages },
        ],
      },
    ],
  });
  const set = fromBinary(FileDescriptorSetSchema, descriptorSet);
  const wrappers = StringValueSchema.file.proto;
  return createFileRegistry(create(FileDescriptorSetSchema, { file: [...set.file, wrappers, file] }));
}

const encode = (value: string) =>
  Buffer.from(toBinary(StringValueSchema, create(StringValueSchema, { value })));
const decode = (bytes: Buffer) => fromBinary(StringValueSchema, bytes).value;
const method = <Up extends boolean, Down extends boolean>(
  name: string,
  requestStream: Up,
  responseStream: Down,
) => ({
  path: PATH + name,
  requestStream,
  responseStream,
  requestSerialize: encode,
  requestDeserialize: decode,
  responseSerialize: encode,
  responseDeserialize: decode,
});
const definition = {
  down: method('Down', false, true),
  up: method('Up', true, false),
} satisfies ServiceDefinition;

@RpcController(definition)
@Injectable()
class Streams {
  async *down(_: string, call: Call) {
    yield `${call.principal.subject} 1`;
    yield `${call.principal.subject} 2`;
  }
  async up(words: Observable<string>, call: Call) {
    const all = await lastValueFrom(from(words).pipe(toArray()));
    return `${call.principal.subject} said ${all.join(' ')}`;
  }
}

@Module({
  imports: [
    GuardModule.register({
      issuer: 'i',
      apiAudience: 'api',
      service: 's',
      keys: fixed(),
      revocations: 'none',
    }),
  ],
  controllers: [Streams],
})
class SpecModule {}

function fixed() {
  return { find: (id: string) => keySet.find(id), lookUp: async (id: string) => keySet.find(id) };
}

describe('the access guard on streams', () => {
  let app: INestMicroservice;
  let client: Client;

  beforeAll(async () => {
    const log = createLogger({ service: 's', level: 'silent' });
    const methods = readServedMethods(registryWithStreams(), [definition]);
    const inFlight = new CallsInFlight();
    const strategy = new ContractServer({
      definitions: [definition],
      host: '127.0.0.1',
      port: 0,
      interceptors: [callInterceptor(methods, log, inFlight)],
      inFlight,
      drainTimeoutMs: 500,
    });
    app = await NestFactory.createMicroservice(SpecModule, { strategy, logger: false, abortOnError: false });
    app.useGlobalFilters(new ErrorFilter(log));
    app.useGlobalGuards(app.get(AccessGuard));
    await app.listen();
    client = new Client(`127.0.0.1:${strategy.port}`, credentials.createInsecure());
  });
  afterAll(async () => {
    client.close();
    await app.close();
  });

  const metadata = (scope: string) => {
    const now = Math.floor(Date.now() / 1000);
    const times = { iat: now, exp: now + 60, jti: `j${Math.random()}` };
    const claims = { iss: 'i', aud: 'api', sub: 'ann', client_id: 'c', sid: 'sid', scope, ...times };
    const result = new Metadata();
    result.set('authorization', `Bearer ${key.sign(claims)}`);
    return result;
  };
  const down = (metadata: Metadata) =>
    new Promise<{ words: string[]; code: status }>((resolve) => {
      const words: string[] = [];
      const call = client.makeServerStreamRequest(PATH + 'Down', encode, decode, 'go', metadata);
      call.on('data', (word: string) => words.push(word));
      call.on('error', (error: ServiceError) => resolve({ words, code: error.code }));
      call.on('end', () => resolve({ words, code: status.OK }));
    });
  const up = (metadata: Metadata) =>
    new Promise<{ reply?: string; code: status }>((resolve) => {
      const call = client.makeClientStreamRequest(PATH + 'Up', encode, decode, metadata, (error, reply) =>
        resolve(error ? { code: error.code } : { reply, code: status.OK }),
      );
      call.write('one');
      call.write('two');
      call.end();
    });

  it('admits a stream down and a stream up', async () => {
    expect(await down(metadata('resources:read'))).toEqual({ words: ['ann 1', 'ann 2'], code: status.OK });
    expect(await up(metadata('resources:read'))).toEqual({ reply: 'ann said one two', code: status.OK });
  });

  it('refuses both before the first message', async () => {
    expect(await down(new Metadata())).toEqual({ words: [], code: status.UNAUTHENTICATED });
    expect(await up(new Metadata())).toEqual({ code: status.UNAUTHENTICATED });
    expect(await down(metadata('resources:write'))).toEqual({ words: [], code: status.PERMISSION_DENIED });
    expect(await up(metadata('resources:write'))).toEqual({ code: status.PERMISSION_DENIED });
  });
});
