import { describe, expect, it } from '@jest/globals';
import { Router } from '../router/router.js';
import { compileRoutes } from '../routes/compile-routes.js';
import { contract } from '../testing/contract.js';
import { LIBRARY } from '../testing/library-contract.js';
import { isJsonContentType, isJsonStreamContentType } from './content-type.js';
import { corsMethods, originHeaders, preflightHeaders, type CorsPolicy } from './cors.js';
import { etagHeader, matchesIfNoneMatch } from './etag.js';
import { forwardedFor, headersOfMetadata, metadataOfHeaders, type MetadataPolicy } from './metadata.js';
import { callTimeoutMs, formatGrpcTimeout, parseGrpcTimeout, parseTimeoutSeconds } from './timeout.js';
import { refusalOf } from '../testing/serving.js';

describe('timeouts', () => {
  it.each<[string, number]>([
    ['1H', 3_600_000],
    ['2M', 120_000],
    ['3S', 3000],
    ['4m', 4],
    ['5000u', 5],
    ['6000000n', 6],
    ['0S', 0],
    ['99999999H', 359_999_996_400_000],
  ])('Grpc-Timeout %s is %d ms', (header, expected) => {
    expect(parseGrpcTimeout(header)).toBeCloseTo(expected, 9);
  });

  it.each(['', '5', 'S', '123456789S', '-1S', '1.5S', '1s', ' 1S', '0x1S'])(
    'Grpc-Timeout %j is refused',
    (header) => {
      expect(refusalOf(() => parseGrpcTimeout(header))).toMatchObject({
        status: 400,
        reason: 'TIMEOUT_MALFORMED',
      });
    },
  );

  it.each(['', '-1', '1e3', 'Infinity', '1s', '0x10', ' 1'])('X-Request-Timeout %j is refused', (header) => {
    expect(refusalOf(() => parseTimeoutSeconds(header))).toMatchObject({ reason: 'TIMEOUT_MALFORMED' });
  });

  it('never exceed the cap of the route, and the shortest counts', () => {
    expect(callTimeoutMs({}, 5000)).toBe(5000);
    expect(callTimeoutMs({ grpcTimeout: '1H' }, 5000)).toBe(5000);
    expect(callTimeoutMs({ grpcTimeout: '3S', requestTimeout: '1.5' }, 5000)).toBe(1500);
  });

  it.each<[number, string]>([
    [0, '0m'],
    [-5, '0m'],
    [0.2, '1m'],
    [1500, '1500m'],
    [99_999_999, '99999999m'],
    [100_000_000, '100000S'],
    [1e15, '99999999S'],
  ])('%d ms leave as %s', (milliseconds, header) => {
    expect(formatGrpcTimeout(milliseconds)).toBe(header);
  });
});

describe('metadata', () => {
  const policy: MetadataPolicy = {
    allow: ['authorization', 'x-trace', 'key-bin'],
    prefix: 'grpc-metadata-',
    reserved: ['x-user-id'],
  };

  it('is what the policy names, and nothing else', () => {
    const headers = {
      authorization: 'Bearer a',
      'x-trace': ['1', '2'],
      cookie: 'a=b',
      'x-user-id': 'admin',
      'grpc-timeout': '1S',
      te: 'trailers',
      'grpc-metadata-colour': 'red',
      'grpc-metadata-x-user-id': 'admin',
      'grpc-metadata-grpc-status': '0',
      'grpc-metadata-authorization': 'Bearer b',
      'grpc-metadata-te': 'x',
      'grpc-metadata-': 'x',
      'x-absent': undefined,
    };
    expect(Object.fromEntries(metadataOfHeaders(headers, policy))).toEqual({
      authorization: ['Bearer a'],
      'x-trace': ['1', '2'],
      colour: ['red'],
    });
  });

  it.each(['connection', 'host', 'transfer-encoding', 'grpc-status', 'upgrade'])(
    'never holds %s, even when the policy allows it',
    (name) => {
      expect(metadataOfHeaders({ [name]: 'x' }, { allow: [name] }).size).toBe(0);
    },
  );

  it('refuses a binary header that is no base64', () => {
    expect([...metadataOfHeaders({ 'key-bin': 'AP8' }, policy).keys()]).toEqual(['key-bin']);
    expect(refusalOf(() => metadataOfHeaders({ 'key-bin': '%%' }, policy))).toMatchObject({
      reason: 'HEADER_MALFORMED',
    });
  });

  it('comes back by the same list', () => {
    const metadata = new Map([
      ['x-trace', ['1', '2']],
      ['grpc-status', ['0']],
      ['x-internal', ['1']],
    ]);
    expect(Object.fromEntries(headersOfMetadata(metadata, { allow: ['x-trace', 'grpc-status'] }))).toEqual({
      'x-trace': '1, 2',
    });
  });

  it('knows who forwarded', () => {
    expect(forwardedFor(undefined, '10.0.0.1')).toBe('10.0.0.1');
    expect(forwardedFor(['a', 'b, c'], 'd')).toBe('a, b, c, d');
  });
});

describe('CORS', () => {
  const router = new Router(compileRoutes(contract(LIBRARY)));
  const policy: CorsPolicy = {
    origins: ['https://app.example'],
    headers: ['authorization'],
    credentials: true,
    maxAgeSeconds: 60,
  };
  const preflight = {
    rawPath: '/v1/shelves/1/books/2',
    origin: 'https://app.example',
    requestMethod: 'DELETE',
  };

  it('answers a preflight from the routes', () => {
    expect(preflightHeaders(router, preflight, policy)).toEqual({
      'access-control-allow-origin': 'https://app.example',
      'access-control-allow-credentials': 'true',
      vary: 'Origin',
      'access-control-allow-methods': 'DELETE, GET, HEAD, OPTIONS, PATCH',
      'access-control-allow-headers': 'authorization',
      'access-control-max-age': '60',
    });
  });

  it.each([
    ['another origin', { ...preflight, origin: 'https://evil.example' }],
    ['a null origin', { ...preflight, origin: 'null' }],
    ['a method without a route', { ...preflight, requestMethod: 'PUT' }],
    ['a path without a route', { ...preflight, rawPath: '/nowhere' }],
  ])('says nothing to %s', (_what, request) => {
    expect(preflightHeaders(router, request, policy)).toBeUndefined();
  });

  it('names an origin only where it is allowed', () => {
    expect(originHeaders('https://evil.example', policy)).toEqual({ vary: 'Origin' });
  });

  it('lists every method of a route for every method', () => {
    expect(corsMethods(router, '/ping')).toEqual([
      'DELETE',
      'GET',
      'HEAD',
      'OPTIONS',
      'PATCH',
      'POST',
      'PUT',
    ]);
  });
});

describe('entity tags', () => {
  it.each<[string, string | undefined]>([
    ['v1', '"v1"'],
    ['"v1"', '"v1"'],
    ['W/"v1"', 'W/"v1"'],
    ['', undefined],
    ['a"b', undefined],
    ['a b', undefined],
  ])('of the field %j is %s', (field, header) => {
    expect(etagHeader(field)).toBe(header);
  });

  it('compare weakly for If-None-Match', () => {
    expect(matchesIfNoneMatch('W/"v1", "v2"', '"v1"')).toBe(true);
    expect(matchesIfNoneMatch('*', '"v1"')).toBe(true);
    expect(matchesIfNoneMatch('"v2"', '"v1"')).toBe(false);
    expect(matchesIfNoneMatch('*', undefined)).toBe(false);
    expect(matchesIfNoneMatch('"a,b", "c"', '"a,b"')).toBe(true);
    expect(matchesIfNoneMatch('"a,b"', '"a')).toBe(false);
  });
});

describe('content types', () => {
  it.each<[string, boolean, boolean]>([
    ['application/json', true, true],
    ['APPLICATION/JSON;charset="utf-8"', true, true],
    ['application/merge-patch+json', true, true],
    ['application/x-ndjson', false, true],
    ['application/jsonl; charset=utf-8', false, true],
    ['text/json', false, false],
    ['application/json; charset=utf-16', false, false],
    ['application/jsonp', false, false],
    ['+json', false, false],
  ])('%s', (contentType, json, stream) => {
    expect([isJsonContentType(contentType), isJsonStreamContentType(contentType)]).toEqual([json, stream]);
  });
});
