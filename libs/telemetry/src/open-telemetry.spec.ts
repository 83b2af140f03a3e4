import { createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { context, metrics, SpanKind, trace } from '@opentelemetry/api';
import { eventually, freePort, SpanCollector } from '@gatehouse/testing';
import { durations, openTelemetry, readMetrics, type Telemetry } from './index.js';

const warnings: Record<string, unknown>[] = [];
const log = { warn: (line: unknown) => void warnings.push(line as Record<string, unknown>) };
const described = { service: 'spec', version: '1.2.3', log };
const open: Telemetry[] = [];
const start = async (traces?: { url: string; ratio: number; followCallers?: boolean }) => {
  const telemetry = await openTelemetry({ ...described, traces });
  open.push(telemetry);
  return telemetry;
};

beforeEach(() => warnings.splice(0));
afterEach(async () => {
  for (const telemetry of open.splice(0)) await telemetry.shutdown();
});

const spanOf = (name: string, traceFlags?: number) => {
  const caller = { traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8), isRemote: true };
  const parent =
    traceFlags === undefined
      ? context.active()
      : trace.setSpanContext(context.active(), { ...caller, traceFlags });
  return trace.getTracer('spec').startSpan(name, { kind: SpanKind.SERVER }, parent);
};

describe('metrics', () => {
  it('are there without traces, of the process and of whoever measures', async () => {
    await start();
    metrics.getMeter('spec').createCounter('spec.things').add(2, { colour: 'red' });
    const text = await readMetrics();
    expect(text).toContain('spec_things_total{colour="red"} 2\n');
    expect(text).toMatch(
      /target_info\{service_name="spec",service_version="1.2.3",service_instance_id="[0-9a-f-]{36}"\}/,
    );
    const valueOf = (series: string) =>
      Number(
        text
          ?.split('\n')
          .find((line) => line.startsWith(`${series} `))
          ?.split(' ')
          .at(-1),
      );
    expect(valueOf('nodejs_eventloop_delay_p99_seconds')).toBeGreaterThanOrEqual(0);
    expect(valueOf('nodejs_eventloop_utilization')).toBeGreaterThan(0);
    expect(valueOf('nodejs_eventloop_utilization')).toBeLessThanOrEqual(1);
    expect(valueOf('process_memory_usage_bytes')).toBeGreaterThan(1e7);
    expect(valueOf('v8js_memory_heap_used_bytes{v8js_heap_space_name="old_space"}')).toBeGreaterThan(1e5);
    expect(valueOf('process_cpu_time_seconds_total{cpu_mode="user"}')).toBeGreaterThan(0);
    expect(spanOf('unrecorded').isRecording()).toBe(false);
  });

  it('have what every request takes, whoever measured it', async () => {
    const options = { meter: 'spec', name: 'spec.request.duration', description: 'How long it took' };
    durations({ ...options, name: 'spec.nothing.duration' });
    for (const seconds of [0.001, 0.3]) durations(options).of({ route: '/a' }).record(seconds);
    await start();
    durations(options).of({ route: '/a' }).record(11);
    durations(options).of({ route: '/b' }).record(0.25);
    const text = await readMetrics();
    const series = text?.split('\n').filter((line) => line.startsWith('spec_request_duration_seconds'));
    expect(series).toHaveLength(2 * (17 + 2));
    expect(series).toEqual(
      expect.arrayContaining([
        'spec_request_duration_seconds_count{route="/a"} 3',
        'spec_request_duration_seconds_sum{route="/a"} 11.301',
        'spec_request_duration_seconds_bucket{route="/a",le="0.001"} 1',
        'spec_request_duration_seconds_bucket{route="/a",le="0.25"} 1',
        'spec_request_duration_seconds_bucket{route="/a",le="0.5"} 2',
        'spec_request_duration_seconds_bucket{route="/a",le="10"} 2',
        'spec_request_duration_seconds_bucket{route="/a",le="+Inf"} 3',
        'spec_request_duration_seconds_bucket{route="/b",le="0.25"} 1',
      ]),
    );
    expect(text).toContain('# TYPE spec_request_duration_seconds histogram\n');
    expect(text).not.toContain('spec_nothing');
  });

  it('come without those that cannot be looked up, and the log is told', async () => {
    await start();
    metrics.getMeter('spec').createCounter('spec.others').add(1);
    const broken = metrics.getMeter('spec').createObservableGauge('spec.broken');
    broken.addCallback(() => Promise.reject(new Error('the database is away')));
    expect(await readMetrics()).toContain('spec_others_total 1');
    expect(warnings).toMatchObject([{ fault: expect.stringContaining('the database is away') }]);
  });

  it('are gone with the telemetry', async () => {
    const telemetry = await start();
    await telemetry.shutdown();
    expect(await readMetrics()).toBeUndefined();
  });
});

describe('traces', () => {
  it('arrive at the collector, the last ones when the process ends', async () => {
    await using collector = await SpanCollector.start();
    const telemetry = await start({ url: collector.url, ratio: 1 });
    const outer = spanOf('outer');
    context.with(trace.setSpan(context.active(), outer), () => spanOf('inner').end());
    outer.end();
    await telemetry.shutdown();
    const [inner, first] = collector.spans;
    expect(first).toMatchObject({
      name: 'outer',
      kind: 'SERVER',
      parentSpanId: '',
      resource: { 'service.name': 'spec' },
    });
    expect(inner).toMatchObject({ name: 'inner', traceId: first?.traceId, parentSpanId: first?.spanId });
    expect(warnings).toEqual([]);
  });

  it('arrive while the process runs', async () => {
    await using collector = await SpanCollector.start();
    await start({ url: collector.url, ratio: 1 });
    spanOf('soon').end();
    await eventually(() => expect(collector.spans).toMatchObject([{ name: 'soon' }]));
  });

  it.each([
    ['a caller who records is followed', true, 1, true],
    ['a stranger who wants it recorded is not', false, 1, false],
    ['a caller who does not record is followed', true, 0, false],
    ['a trace that begins here counts by the ratio', true, undefined, false],
  ])('%s', async (_what, followCallers, flags, isRecorded) => {
    await using collector = await SpanCollector.start();
    await start({ url: collector.url, ratio: 0, followCallers });
    expect(spanOf('asked', flags).isRecording()).toBe(isRecorded);
  });
});

describe('a collector that is away', () => {
  it('costs a line of the log, and nobody who is served', async () => {
    await start({ url: `http://127.0.0.1:${await freePort()}/v1/traces`, ratio: 1 });
    spanOf('lost').end();
    await eventually(() => expect(warnings).toHaveLength(1), 30_000);
    spanOf('lost as well').end();
    expect(warnings).toMatchObject([{ fault: expect.any(String), faults: 1 }]);
  });

  it('that takes connections and never answers does not keep the process', async () => {
    const sockets: Socket[] = [];
    const silent: Server = createServer((socket) => void sockets.push(socket));
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const telemetry = await start({ url: `http://127.0.0.1:${port}/v1/traces`, ratio: 1 });
    spanOf('lost').end();
    const ended = telemetry.shutdown().then(() => 'ended');
    await eventually(() => expect(sockets).toHaveLength(1));
    expect(await ended).toBe('ended');
    expect(sockets[0]?.destroyed).toBe(false);
    sockets.forEach((socket) => socket.destroy());
    silent.close();
  });
});
