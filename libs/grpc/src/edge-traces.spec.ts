import { credentials, Metadata } from '@grpc/grpc-js';
import { KeySetServiceClient, KeySetServiceService } from '@gatehouse/contracts/auth';
import { createLogger, openTelemetry } from '@gatehouse/telemetry';
import { SpanCollector } from '@gatehouse/testing';
import { Injectable, Module } from '@nestjs/common';
import {
  EDGE,
  plainTransport,
  RpcController,
  startService,
  type Call,
  type CallerName,
  type RpcHandlers,
} from './index.js';

const TRACE = 'ab'.repeat(16);
const seen: { traceId: string; isRecorded: boolean }[] = [];

@RpcController(KeySetServiceService)
@Injectable()
class Witness implements RpcHandlers<typeof KeySetServiceService> {
  async getKeySet(_: object, { trace, traceId }: Call) {
    seen.push({ traceId, isRecorded: trace.span.isRecording() });
    return { keys: [] };
  }
}

@Module({ controllers: [Witness] })
class SpecModule {}

const log = createLogger({ service: 'auth', level: 'silent' });

/** What becomes of a call whose `traceparent` asks for its being recorded, where none is that begins here. */
async function askedBy(caller: CallerName) {
  await using collector = await SpanCollector.start();
  const telemetry = await openTelemetry({
    service: 'auth',
    version: '0',
    traces: { url: collector.url, ratio: 0 },
    log,
  });
  const service = await startService({
    module: SpecModule,
    definitions: [KeySetServiceService],
    guard: () => ({ canActivate: () => true }),
    host: '127.0.0.1',
    port: 0,
    healthPort: 0,
    reflection: false,
    drainTimeoutMs: 400,
    transport: { ...plainTransport, serviceAt: () => caller },
    log,
  });
  const client = new KeySetServiceClient(`127.0.0.1:${service.port}`, credentials.createInsecure());
  const metadata = new Metadata();
  metadata.set('traceparent', `00-${TRACE}-${'cd'.repeat(8)}-01`);
  await new Promise<void>((resolve, reject) =>
    client.getKeySet({}, metadata, (error) => (error ? reject(error) : resolve())),
  );
  client.close();
  await service.stop();
  await telemetry.shutdown();
  return seen.pop();
}

describe('a caller who wants its trace recorded', () => {
  it('is followed where it is a service, which has decided for all of them', async () => {
    expect(await askedBy('gateway')).toEqual({ traceId: TRACE, isRecorded: true });
  });

  it('counts as one of many where it comes by the edge, which hands on what anybody says', async () => {
    expect(await askedBy(EDGE)).toEqual({ traceId: TRACE, isRecorded: false });
  });
});
