import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  clearField,
  clone,
  create,
  createFileRegistry,
  fromBinary,
  fromJson,
  setExtension,
} from '@bufbuild/protobuf';
import {
  FieldDescriptorProtoSchema,
  FieldOptionsSchema,
  FileDescriptorSetSchema,
  type FieldDescriptorProto,
  type FileDescriptorSet,
} from '@bufbuild/protobuf/wkt';
import { ContractFault } from '@gatehouse/access';
import { contract, descriptorSet } from '@gatehouse/contracts';
import type { Session } from '@gatehouse/contracts/auth';
import { readRestContract } from '../rpc/rest-contract.js';
import { cookieOf, credentialInvalid, serveExchange, specSecret } from '../spec/spec-credentials.js';
import { jsonBody, startSpecGateway, type SpecGateway } from '../spec/spec-gateway.js';

const ID = '0190b0a0-0000-7000-8000-000000000001';
let gateway: SpecGateway;

beforeAll(async () => {
  gateway = await startSpecGateway();
});
afterAll(() => gateway.stop());

const session = (expireTime?: Date): Session => ({
  id: ID,
  credential: 2,
  device: '',
  address: '',
  createTime: new Date(),
  lastUseTime: new Date(),
  idleExpireTime: expireTime,
  expireTime,
  current: true,
});

const signIn = (headers: Record<string, string> = {}) => {
  const body = jsonBody({ email: 'a@b.test', password: 'correct horse battery' });
  return gateway.send('/v1/sessions', {
    method: 'POST',
    ...body,
    headers: { ...body.headers, ...headers },
  });
};

/** The attributes of the one cookie that an answer sets. */
function cookieIn(headers: Awaited<ReturnType<typeof signIn>>['headers']): Map<string, string> {
  expect(headers['set-cookie']).toHaveLength(1);
  const parts = headers['set-cookie']?.[0]?.split('; ') ?? [];
  return new Map(parts.map((part) => part.split('=', 2) as [string, string]));
}

describe('signing in', () => {
  it('gives the browser the secret in a cookie, and nobody in a body', async () => {
    const secret = specSecret();
    const expireTime = new Date(Date.now() + 3_600_000);
    gateway.backend.behaviour.createSession = () => ({ session: session(expireTime), sessionSecret: secret });
    const answer = await signIn();
    expect(answer.status).toBe(200);
    const { 'Max-Age': maxAge, ...rest } = Object.fromEntries(cookieIn(answer.headers));
    expect(rest).toEqual({
      '__Host-gatehouse': secret,
      Path: '/',
      Secure: undefined,
      HttpOnly: undefined,
      SameSite: 'Strict',
    });
    expect(Number(maxAge)).toBeGreaterThan(3_500);
    expect(Number(maxAge)).toBeLessThanOrEqual(3_600);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.json).toMatchObject({ id: ID });
    expect(answer.text).not.toContain(secret);
  });

  it('gives a cookie for as long as the browser runs where the session names no end', async () => {
    gateway.backend.behaviour.createSession = () => ({ session: session(), sessionSecret: specSecret() });
    expect(cookieIn((await signIn()).headers).has('Max-Age')).toBe(false);
  });

  it('reads no cookie, so that a planted one becomes nothing', async () => {
    const secret = specSecret();
    gateway.backend.behaviour.createSession = () => ({ session: session(), sessionSecret: secret });
    const answer = await signIn(cookieOf('planted'));
    expect(cookieIn(answer.headers).get('__Host-gatehouse')).toBe(secret);
    expect(JSON.stringify(gateway.backend.last.metadata.getMap())).not.toContain('planted');
  });

  it('sets no cookie when it is refused', async () => {
    gateway.backend.behaviour.createSession = () => {
      throw credentialInvalid();
    };
    const answer = await signIn();
    expect(answer.status).toBe(401);
    expect(answer.headers).not.toHaveProperty('set-cookie');
  });

  it('is a fault with a secret that is no cookie value', async () => {
    gateway.backend.behaviour.createSession = () => ({
      session: session(),
      sessionSecret: 'x; Domain=evil.test',
    });
    const answer = await signIn();
    expect(answer).toMatchObject({ status: 500, json: { reason: 'INTERNAL' } });
    expect(answer.headers).not.toHaveProperty('set-cookie');
  });
});

describe('ending a session', () => {
  const end = (secret: string) =>
    gateway.send('/v1/sessions/current', { method: 'DELETE', headers: cookieOf(secret) });

  it('makes the browser forget it, and the gateway at once', async () => {
    const secret = specSecret();
    let isGood = true;
    serveExchange(gateway, { isGood: () => isGood });
    gateway.backend.behaviour.endSession = () => {
      isGood = false;
      return { session: session(), sessionSecret: '' };
    };
    const answer = await end(secret);
    expect(answer.status).toBe(200);
    expect(answer.headers['set-cookie']).toEqual([
      '__Host-gatehouse=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0',
    ]);
    const after = await gateway.send(`/v1/resources/${ID}`, { headers: cookieOf(secret) });
    expect(after.status).toBe(401);
  });

  it('leaves the cookie alone when it was another one', async () => {
    serveExchange(gateway);
    gateway.backend.behaviour.endSession = () => ({ session: session() });
    const answer = await end(specSecret());
    expect(answer.status).toBe(200);
    expect(answer.headers).not.toHaveProperty('set-cookie');
  });
});

describe('a contract', () => {
  const option = contract.getExtension('gatehouse.access.v1.session_cookie');
  const httpOption = contract.getExtension('google.api.http');

  /** The faults of the contract after a change. */
  function faultsAfter(change: (set: FileDescriptorSet) => void): readonly string[] {
    const set = clone(FileDescriptorSetSchema, fromBinary(FileDescriptorSetSchema, descriptorSet));
    change(set);
    try {
      readRestContract(createFileRegistry(set));
    } catch (error) {
      if (error instanceof ContractFault) return error.faults;
      throw error;
    }
    return [];
  }

  function messageOf(set: FileDescriptorSet, name: string) {
    const found = set.file.flatMap(({ messageType }) => messageType).find((message) => message.name === name);
    if (!found) throw new Error(`no ${name}`);
    return found;
  }

  function fieldOf(set: FileDescriptorSet, message: string, name: string): FieldDescriptorProto {
    const found = messageOf(set, message).field.find((field) => field.name === name);
    if (!found) throw new Error(`no ${message}.${name}`);
    return found;
  }

  function mark(field: FieldDescriptorProto): void {
    if (!option) throw new Error('no session_cookie');
    field.options ??= create(FieldOptionsSchema);
    setExtension(field.options, option, true as never);
  }

  function methodOf(set: FileDescriptorSet, name: string) {
    const found = set.file
      .flatMap(({ service }) => service)
      .flatMap(({ method }) => method)
      .find((method) => method.name === name);
    if (!found) throw new Error(`no ${name}`);
    return found;
  }

  it('is sound as it is', () => {
    expect(faultsAfter(() => undefined)).toEqual([]);
    expect([...readRestContract(contract).cookies.keys()].length).toBeGreaterThanOrEqual(2);
  });

  it('is refused where a secret would be in a body', () => {
    expect(faultsAfter((set) => mark(fieldOf(set, 'Session', 'device')))).toContainEqual(
      expect.stringMatching(/ListSessions would show the secret of a session/),
    );
    expect(faultsAfter((set) => mark(fieldOf(set, 'TokenSet', 'access_token')))).toContainEqual(
      expect.stringMatching(/TokenService\.Login would show the secret of a session/),
    );
    const whole = faultsAfter((set) => {
      const { options } = methodOf(set, 'CreateSession');
      if (!options || httpOption?.fieldKind !== 'message') throw new Error('no http rule');
      const withoutBody = fromJson(httpOption.message, { post: '/v1/sessions', body: '*' });
      setExtension(options, httpOption, withoutBody as never);
    });
    expect(whole).toEqual([expect.stringMatching(/CreateSession would show the secret of a session/)]);
  });

  it('is refused where the cookie is no optional string', () => {
    const faults = faultsAfter((set) => {
      const field = fieldOf(set, 'CreateSessionResponse', 'session_secret');
      const message = messageOf(set, 'CreateSessionResponse');
      field.proto3Optional = false;
      clearField(field, FieldDescriptorProtoSchema.field.oneofIndex);
      message.oneofDecl = [];
    });
    expect(faults).toEqual([expect.stringMatching(/CreateSession must have one optional string/)]);
  });

  it('is refused where a GET may change something', () => {
    const faults = faultsAfter((set) => {
      const { options } = methodOf(set, 'ListSessions');
      if (options) options.idempotencyLevel = 0;
    });
    expect(faults).toEqual([expect.stringMatching(/ListSessions has a GET route/)]);
  });
});
