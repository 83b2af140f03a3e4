import { context, trace } from '@opentelemetry/api';
import { specTelemetry, type SpecTelemetry } from '@gatehouse/testing';
import { RequestTrace } from './request-trace.js';

const TRACE = 'ab'.repeat(16);
const SPAN = 'cd'.repeat(8);
const tracer = trace.getTracer('spec');
const begin = (traceparent: unknown) => new RequestTrace({ tracer, name: 'GET /things', traceparent });

/** What is no `traceparent` of version 00 (W3C Trace Context, section 3.2). */
const UNSOUND: readonly (readonly [string, unknown])[] = [
  ['nothing', undefined],
  ['an empty one', ''],
  ['no hexadecimal digits', `00-${'zz'.repeat(16)}-${SPAN}-01`],
  ['capitals', `00-${TRACE.toUpperCase()}-${SPAN}-01`],
  ['a trace ID of zeros', `00-${'0'.repeat(32)}-${SPAN}-01`],
  ['a parent ID of zeros', `00-${TRACE}-${'0'.repeat(16)}-01`],
  ['a short trace ID', `00-${TRACE.slice(2)}-${SPAN}-01`],
  ['another version', `ff-${TRACE}-${SPAN}-01`],
  ['more parts', `00-${TRACE}-${SPAN}-01-00`],
  ['a line break', `00-${TRACE}-${SPAN}-01\n`],
  ['1,000 characters', '0'.repeat(1_000)],
  ['bytes', Buffer.from(`00-${TRACE}-${SPAN}-01`)],
];

describe('a request without a tracer', () => {
  it.each(['00', '01'])('goes on in the trace of its caller, flags %s', (flags) => {
    const request = begin(`00-${TRACE}-${SPAN}-${flags}`);
    expect(request.traceId).toBe(TRACE);
    expect(request.spanId).toBeUndefined();
    expect(request.traceparent).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-${flags}$`));
    expect(request.traceparent).not.toContain(SPAN);
  });

  it.each(UNSOUND)('begins a trace for %s', (_what, traceparent) => {
    const { traceId, traceparent: further } = begin(traceparent);
    expect(traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(traceId).not.toBe(TRACE);
    expect(further).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`));
    expect(begin(traceparent).traceId).not.toBe(traceId);
  });
});

describe('a request with a tracer', () => {
  let telemetry: SpecTelemetry;
  beforeAll(async () => {
    telemetry = await specTelemetry();
  });
  beforeEach(() => telemetry.forget());
  afterAll(() => telemetry.close());

  it('is a span behind that of its caller', () => {
    const request = begin(`00-${TRACE}-${SPAN}-01`);
    request.span.end();
    const [span] = telemetry.spans;
    expect(span?.spanContext()).toMatchObject({ traceId: TRACE, spanId: request.spanId });
    expect(span?.parentSpanContext).toMatchObject({ traceId: TRACE, spanId: SPAN, isRemote: true });
    expect(request.traceparent).toBe(`00-${TRACE}-${request.spanId}-01`);
  });

  it.each(UNSOUND)('begins a trace for %s', (_what, traceparent) => {
    const { span, traceId, spanId, traceparent: further } = begin(traceparent);
    span.end();
    expect(telemetry.spans).toHaveLength(1);
    expect(telemetry.spans[0]?.parentSpanContext).toBeUndefined();
    expect(traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(traceId).not.toBe(TRACE);
    expect(further).toBe(`00-${traceId}-${spanId}-01`);
  });

  it('is not recorded where its caller is not', () => {
    const request = begin(`00-${TRACE}-${SPAN}-00`);
    request.run(() => tracer.startSpan('child').end());
    request.span.end();
    expect(telemetry.spans).toEqual([]);
    expect(request.traceparent).toBe(`00-${TRACE}-${request.spanId}-00`);
    expect(request.spanId).not.toBe(SPAN);
  });

  it('has what it awaits as its children, and nobody else’s', async () => {
    const requests = [begin(undefined), begin(undefined)];
    await Promise.all(
      requests.map((request) =>
        request.run(async () => {
          await new Promise((resolve) => setTimeout(resolve, 5));
          tracer.startSpan('child').end();
        }),
      ),
    );
    expect(telemetry.spans.map(({ parentSpanContext }) => parentSpanContext?.spanId)).toEqual(
      requests.map(({ spanId }) => spanId),
    );
    expect(trace.getSpan(context.active())).toBeUndefined();
  });
});
