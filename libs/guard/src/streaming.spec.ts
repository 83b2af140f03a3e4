import { randomUUID } from 'node:crypto';
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
  ContractServer,
  ErrorFilter,
  openServing,
  readServedMethods,
  RpcController,
  serverKinds,
  type Call,
} from '@gatehouse/grpc';
import { createLogger } from '@gatehouse/telemetry';
import { createProofKey, createSigningKey, eventually } from '@gatehouse/testing';
import { KeySet, RevocationList } from '@gatehouse/tokens';
import { from, lastValueFrom, toArray, type Observable } from 'rxjs';
import { AccessGuard, GuardModule } from './index.js';

const PATH = '/spec.streams.v1.StreamService/';
const ISSUER = 'https://auth.example.test';
const key = createSigningKey();
const proofKey = createProofKey();
const keySet = KeySet.from({ keys: [key.jwk] });

const revocations = new RevocationList();
const lease = { isFresh: true };
/** What happens while a proof is looked up. */
let whileProving = () => {};
/** How many handlers of `Wait` have learned of their end. */
let over = 0;

/** The contract and one more service whose methods stream. */
function registryWithStreams() {
  const rule = contract.getExtension('gatehouse.access.v1.rule');
  if (!rule?.message) throw new Error('the contract has no access rule option');
  const messages = (revocation: Revocation) => {
    const encoded = Rule.encode({
      requirement: { $case: 'permission', value: 'resources:read' },
      callers: [Caller.USER],
      revocation,
      audited: false,
      credentials: [],
      maxSignInAgeSeconds: 0,
    }).finish();
    const options = create(MethodOptionsSchema);
    setExtension(options, rule, fromBinary(rule.message!, encoded));
    const name = '.google.protobuf.StringValue';
    return { inputType: name, outputType: name, options };
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
          { name: 'Down', serverStreaming: true, ...messages(Revocation.LENIENT) },
          { name: 'Wait', serverStreaming: true, ...messages(Revocation.LENIENT) },
          { name: 'Heed', serverStreaming: true, ...messages(Revocation.STRICT) },
          { name: 'Up', clientStreaming: true, ...messages(Revocation.LENIENT) },
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
  wait: method('Wait', false, true),
  heed: method('Heed', false, true),
  up: method('Up', true, false),
} satisfies ServiceDefinition;

/** Says when it would have to end at the latest, and waits until it is ended. */
async function* untilEnded(call: Call) {
  yield String(call.deadline);
  await new Promise<void>((resolve) => call.signal.addEventListener('abort', () => resolve()));
  over++;
}

@RpcController(definition)
@Injectable()
class Streams {
  async *down(_: string, call: Call) {
    yield `${call.principal.subject} 1`;
    yield `${call.principal.subject} 2`;
  }
  wait(_: string, call: Call) {
    return untilEnded(call);
  }
  heed(_: string, call: Call) {
    return untilEnded(call);
  }
  async up(words: Observable<string>, call: Call) {
    const all = await lastValueFrom(from(words).pipe(toArray()));
    return `${call.principal.subject} said ${all.join(' ')}`;
  }
}

@Module({
  imports: [
    GuardModule.register({
      issuer: ISSUER,
      apiAudience: 'api',
      service: 's',
      keys: fixed(),
      revocations,
      lease,
      useProof: async () => whileProving(),
    }),
  ],
  controllers: [Streams],
})
class SpecModule {}

function fixed() {
  return { find: (id: string) => keySet.find(id), lookUp: async (id: string) => keySet.find(id) };
}

describe.each(serverKinds)('the access guard on streams, by %s', (kind) => {
  let app: INestMicroservice;
  let client: Client;

  beforeAll(async () => {
    const log = createLogger({ service: 's', level: 'silent' });
    const methods = readServedMethods(registryWithStreams(), [definition]);
    const strategy = new ContractServer({
      definitions: [definition],
      host: '127.0.0.1',
      port: 0,
      kind,
      methods,
      serving: openServing(log),
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

  const metadata = (scope: string, changes: object = {}) => {
    const now = Math.floor(Date.now() / 1000);
    const times = { iat: now, exp: now + 60, jti: `j${Math.random()}`, ...changes };
    const claims = {
      iss: ISSUER,
      aud: 'api',
      sub: 'ann',
      client_id: 'c',
      sid: 'sid',
      credential: 'session',
      scope,
      ...times,
    };
    const result = new Metadata();
    const accessToken = key.sign(claims);
    result.set('authorization', `${'cnf' in changes ? 'DPoP' : 'Bearer'} ${accessToken}`);
    if ('cnf' in changes)
      result.set('dpop', proofKey.prove({ method: 'POST', uri: `${ISSUER}${PATH}Down`, accessToken }));
    return result;
  };
  const down = (metadata: Metadata, name = 'Down', deadline?: number, heard = (_word: string) => {}) =>
    new Promise<{ words: string[]; code: status }>((resolve) => {
      const words: string[] = [];
      const options = { deadline };
      const call = client.makeServerStreamRequest(PATH + name, encode, decode, 'go', metadata, options);
      call.on('data', (word: string) => {
        words.push(word);
        heard(word);
      });
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

  it('ends one that is open with UNAUTHENTICATED when it is revoked, and tells its handler', async () => {
    over = 0;
    const expiresAt = Math.floor(Date.now() / 1000) + 60;
    const revoke = () =>
      revocations.apply([{ kind: 'token', key: `j-open-${kind}`, notBefore: 0, expiresAt }]);
    const open = down(metadata('resources:read', { jti: `j-open-${kind}` }), 'Wait', undefined, revoke);
    expect(await open).toEqual({ words: ['Infinity'], code: status.UNAUTHENTICATED });
    await eventually(() => expect(over).toBe(1));
    expect(await down(metadata('resources:read', { jti: `j-open-${kind}` }))).toEqual({
      words: [],
      code: status.UNAUTHENTICATED,
    });
  });

  it('begins none whose access token is revoked while its proof is looked up', async () => {
    const changes = { jti: randomUUID(), cnf: { jkt: proofKey.thumbprint } };
    expect((await down(metadata('resources:read', changes))).code).toBe(status.OK);
    const expiresAt = Math.floor(Date.now() / 1000) + 60;
    whileProving = () => revocations.apply([{ kind: 'token', key: changes.jti, notBefore: 0, expiresAt }]);
    const refused = { words: [], code: status.UNAUTHENTICATED };
    try {
      expect(await down(metadata('resources:read', changes))).toEqual(refused);
    } finally {
      whileProving = () => {};
    }
  });

  it('ends one that is open with UNAUTHENTICATED when its access token expires', async () => {
    // Again where the machine was so busy that the stream began too late.
    await eventually(async () => {
      const now = Math.floor(Date.now() / 1000);
      // Accepted for five seconds after its end: one of them is left.
      const late = metadata('resources:read', { iat: now - 60, exp: now - 3 });
      expect(await down(late, 'Wait')).toEqual({ words: ['Infinity'], code: status.UNAUTHENTICATED });
    });
  });

  it('begins none and ends those of strict methods when revocations are not known, lenient ones go on', async () => {
    const forget = () => void (lease.isFresh = false);
    try {
      const ended = { words: ['Infinity'], code: status.UNAVAILABLE };
      expect(await down(metadata('resources:read'), 'Heed', undefined, forget)).toEqual(ended);
      expect(await down(metadata('resources:read'), 'Heed')).toEqual({ words: [], code: status.UNAVAILABLE });
      const { code } = await down(metadata('resources:read'), 'Wait', Date.now() + 600);
      expect(code).toBe(status.DEADLINE_EXCEEDED);
    } finally {
      lease.isFresh = true;
    }
  });

  it('leaves the deadline to the caller', async () => {
    // Again where the machine was so busy that nothing began before it.
    await eventually(async () => {
      const deadline = performance.now() + 300;
      const { words, code } = await down(metadata('resources:read'), 'Wait', Date.now() + 300);
      expect(code).toBe(status.DEADLINE_EXCEEDED);
      expect(Math.abs(Number(words[0]) - deadline)).toBeLessThan(1_000);
    });
  });
});
