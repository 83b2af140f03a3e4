import {
  corsMethods,
  forwardedFor,
  metadataOfHeaders,
  parseGrpcTimeout,
  parseTimeoutSeconds,
  preflightHeaders,
  Router,
} from '@gatehouse/transcoding';
import type { RouteTable } from '@gatehouse/transcoding';
import type { CaseRequest, TranscodingCase } from './corpus.js';
import { expectationOf } from './corpus.js';
import { differs, first, judgeRefusal } from './outcome.js';
import type { Disagreement } from './outcome.js';

const POLICY = {
  allow: ['authorization', 'x-forwarded-host'],
  prefix: 'grpc-metadata-',
  reserved: ['x-user-id', 'x-internal-auth'],
};

/** Deadlines and metadata of a call from the headers of a request. */
export function runHeaders(testCase: TranscodingCase): Disagreement {
  const expect = expectationOf(testCase);
  const request = testCase.request as CaseRequest;
  const headers = lowerCase(request.headers ?? {});
  return judgeRefusal(expect, () =>
    first(timeoutDisagreement(headers, expect.deadline_ms), metadataDisagreement(testCase, headers)),
  );
}

function timeoutDisagreement(
  headers: Record<string, string | string[]>,
  expected: number | undefined,
): Disagreement {
  const grpc = headers['grpc-timeout'];
  const seconds = headers['x-request-timeout'] ?? headers['x-server-timeout'];
  const actual =
    grpc !== undefined
      ? parseGrpcTimeout(String(grpc))
      : seconds !== undefined
        ? parseTimeoutSeconds(String(seconds))
        : undefined;
  if (expected === undefined) return undefined;
  // Microseconds are no whole number of binary fractions.
  return Math.abs((actual ?? NaN) - expected) < 1e-6 ? undefined : differs('deadline', actual, expected);
}

function metadataDisagreement(
  testCase: TranscodingCase,
  headers: Record<string, string | string[]>,
): Disagreement {
  const expect = expectationOf(testCase);
  const metadata = metadataOfHeaders(headers, POLICY);
  const peer = testCase.request?.remote?.replace(/:\d+$/, '');
  const entries = new Map([...metadata].map(([name, values]) => [name, values.join(', ')]));
  if (peer !== undefined) entries.set('x-forwarded-for', forwardedFor(headers['x-forwarded-for'], peer));
  const leaked = (expect.metadata_absent ?? []).find((name) => entries.has(name));
  return first(
    expect.metadata === undefined
      ? undefined
      : differs('metadata', Object.fromEntries(entries), expect.metadata),
    leaked === undefined ? undefined : `${leaked} reaches the upstream`,
  );
}

function lowerCase(headers: NonNullable<CaseRequest['headers']>): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === null ? [] : [[name.toLowerCase(), typeof value === 'string' ? value : [...value]]],
    ),
  );
}

/** A preflight, answered from the routes. */
export function runPreflight(testCase: TranscodingCase, table: RouteTable): Disagreement {
  const { path, headers = {} } = testCase.request as CaseRequest;
  const router = new Router(table);
  const origin = String(headers['origin']);
  const answer = preflightHeaders(
    router,
    { rawPath: path, origin, requestMethod: String(headers['access-control-request-method']) },
    { origins: [origin], headers: [], credentials: false, maxAgeSeconds: 600 },
  );
  const expected = expectationOf(testCase).response;
  return first(
    differs('HTTP status', corsMethods(router, path).length > 0 ? 204 : 404, expected?.http),
    ...Object.entries(expected?.headers ?? {}).map(([name, value]) => differs(name, answer?.[name], value)),
  );
}
