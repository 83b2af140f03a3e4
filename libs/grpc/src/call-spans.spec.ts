import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, Module } from '@nestjs/common';
import { Client, credentials, Metadata, status } from '@grpc/grpc-js';
import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import {
  UserServiceClient,
  UserServiceService,
  type GetUserRequest,
  type ListUsersRequest,
} from '@gatehouse/contracts/users';
import { AppError } from '@gatehouse/errors';
import { createLogger, durationsProducer } from '@gatehouse/telemetry';
import { eventually, specTelemetry } from '@gatehouse/testing';
import {
  callUnary,
  RpcController,
  startService,
  type Call,
  type RpcHandlers,
  type RunningService,
} from './index.js';

const ID = '7f5a3ad4-52ab-4a41-8c0c-3d8f6f1f9b10';
const TRACE = 'ab'.repeat(16);
const CALLER = `00-${TRACE}-${'cd'.repeat(8)}-01`;
const SERVICE = 'gatehouse.users.v1.UserService';
const user = {
  id: ID,
  displayName: '',
  email: '',
  bio: '',
  createTime: undefined,
  updateTime: undefined,
  etag: '',
};
const tracer = trace.getTracer('spec');

/** Calls that wait until their caller is gone. */
let waiting = 0;

@RpcController(UserServiceService)
@Injectable()
class Directory implements RpcHandlers<typeof UserServiceService> {
  async getProfile(): Promise<never> {
    const { NOT_FOUND } = status;
    throw new AppError({ code: NOT_FOUND, reason: 'PROFILE_GONE', domain: 'spec', message: 'gone' });
  }
  async updateProfile(): Promise<never> {
    throw new TypeError('SELECT secret FROM users');
  }
  async getUser({ id }: GetUserRequest) {
    await delay(1);
    tracer.startSpan('work').end();
    return {
      user: { ...user, id },
    };
  }
  async listUsers(_request: ListUsersRequest, { signal }: Call) {
    waiting++;
    await delay(60_000, undefined, { signal });
    return { users: [], nextPageToken: '' };
  }
  async deleteUser() {
    return {};
  }
}

@Module({ controllers: [Directory] })
class SpecModule {}

const lines: Record<string, unknown>[] = [];
const destination = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };
const telemetry = await specTelemetry(await durationsProducer());
let service: RunningService;
let client: UserServiceClient;

beforeAll(async () => {
  service = await startService({
    module: SpecModule,
    definitions: [UserServiceService],
    guard: () => ({ canActivate: () => true }),
    host: '127.0.0.1',
    port: 0,
    healthPort: 0,
    reflection: false,
    // A process that has just started may be behind, and is not what is looked at here.
    load: { maxInFlight: 256, maxLoopBehindMs: 60_000 },
    drainTimeoutMs: 400,
    log: createLogger({ service: 'users', level: 'info', destination }),
  });
  client = new UserServiceClient(`127.0.0.1:${service.port}`, credentials.createInsecure());
});
beforeEach(() => {
  telemetry.forget();
  lines.splice(0);
});
afterAll(async () => {
  client.close();
  await service.stop();
  await telemetry.close();
});

const spanOf = (kind: SpanKind) => telemetry.spans.find((span) => span.kind === kind);
const options = { timeoutMs: 10_000, requestId: 'request-1' };

it('a call is a CLIENT span here, a SERVER span there, and what the handler does is behind both', async () => {
  await telemetry.inSpan('job', () => callUnary(client.getUser.bind(client), { id: ID }, options));
  await eventually(() => expect(telemetry.spans).toHaveLength(4));
  const [job, work] = ['job', 'work'].map((name) => telemetry.spans.find((span) => span.name === name));
  const [sent, served] = [spanOf(SpanKind.CLIENT), spanOf(SpanKind.SERVER)];
  const idOf = (span: typeof job) => span?.spanContext().spanId;
  expect([sent, served, work].map((span) => span?.parentSpanContext?.spanId)).toEqual(
    [job, sent, served].map(idOf),
  );
  expect(new Set(telemetry.spans.map((span) => span.spanContext().traceId)).size).toBe(1);
  for (const span of [sent, served]) {
    expect(span?.name).toBe(`${SERVICE}/GetUser`);
    expect(span?.attributes).toEqual({
      'rpc.system.name': 'grpc',
      'rpc.service': SERVICE,
      'rpc.method': 'GetUser',
      'rpc.response.status_code': 'OK',
    });
  }
  expect(lines).toMatchObject([{ trace_id: job?.spanContext().traceId, span_id: idOf(served) }]);
});

it('a refusal has its reason, and is no error of the server', async () => {
  await expect(callUnary(client.getProfile.bind(client), {}, options)).rejects.toMatchObject({
    reason: 'PROFILE_GONE',
  });
  await eventually(() => expect(telemetry.spans).toHaveLength(2));
  const served = spanOf(SpanKind.SERVER);
  expect(served?.attributes).toMatchObject({
    'rpc.response.status_code': 'NOT_FOUND',
    'gatehouse.reason': 'PROFILE_GONE',
  });
  expect(served?.status.code).toBe(SpanStatusCode.UNSET);
  expect(spanOf(SpanKind.CLIENT)?.status.code).toBe(SpanStatusCode.ERROR);
});

it('a fault is an error with its name, without its text and stack', async () => {
  const request = { user, updateMask: undefined };
  await expect(callUnary(client.updateProfile.bind(client), request, options)).rejects.toMatchObject({
    code: status.INTERNAL,
  });
  await eventually(() => expect(telemetry.spans).toHaveLength(2));
  const served = spanOf(SpanKind.SERVER);
  expect(served?.status).toEqual({ code: SpanStatusCode.ERROR });
  expect(served?.events).toMatchObject([
    { name: 'exception', attributes: { 'exception.type': 'TypeError' } },
  ]);
  const told = JSON.stringify([served?.attributes, served?.events, await telemetry.scrape()]);
  expect(told).not.toContain('secret');
  expect(lines).toMatchObject([
    { msg: 'cause', trace_id: served?.spanContext().traceId, span_id: served?.spanContext().spanId },
    { msg: 'call', span_id: served?.spanContext().spanId },
  ]);
});

it('a caller’s trace is gone on with', async () => {
  const metadata = new Metadata();
  metadata.set('traceparent', CALLER);
  await new Promise((resolve) => client.getUser({ id: ID }, metadata, resolve));
  await eventually(() => expect(spanOf(SpanKind.SERVER)).toBeDefined());
  expect(spanOf(SpanKind.SERVER)?.spanContext().traceId).toBe(TRACE);
  expect(lines).toMatchObject([{ trace_id: TRACE }]);
});

it('a caller who goes away ends the span as well', async () => {
  const request = { pageSize: 0, pageToken: '', query: '' };
  const call = client.listUsers(request, new Metadata(), () => undefined);
  await eventually(() => expect(waiting).toBe(1));
  call.cancel();
  await eventually(() =>
    expect(spanOf(SpanKind.SERVER)?.attributes['rpc.response.status_code']).toBe('CANCELLED'),
  );
});

it('health is asked without a span', async () => {
  const health = new Client(`127.0.0.1:${service.port}`, credentials.createInsecure());
  const path = '/grpc.health.v1.Health/Check';
  const empty = () => Buffer.alloc(0);
  await new Promise((resolve) => health.makeUnaryRequest(path, empty, (bytes) => bytes, {}, resolve));
  health.close();
  expect(telemetry.spans).toEqual([]);
});

it('calls are measured on both sides, by method and code', async () => {
  const labels = { 'rpc.service': SERVICE, 'rpc.method': 'DeleteUser', 'rpc.response.status_code': 'OK' };
  const remove = () => callUnary(client.deleteUser.bind(client), { id: ID, etag: '' }, options);
  await remove();
  await remove();
  for (const name of ['rpc.server.call.duration', 'rpc.client.call.duration']) {
    await eventually(async () => expect(await telemetry.point(name, labels)).toMatchObject({ count: 2 }));
    const { attributes, value } = await telemetry.point(name, labels);
    expect(attributes).toEqual(labels);
    expect(value).toBeGreaterThan(0);
    expect(value).toBeLessThan(60);
  }
  expect(await telemetry.scrape()).not.toContain(ID);
});
