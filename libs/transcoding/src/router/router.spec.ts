import { describe, expect, it } from '@jest/globals';
import { compileRoutes } from '../routes/compile-routes.js';
import type { MultiSegmentDecoding } from '../routes/route.js';
import { contract, type RuleText } from '../testing/contract.js';
import { refusalOf } from '../testing/serving.js';
import { Router } from './router.js';

function routerOf(rules: Readonly<Record<string, RuleText>>, strictVerbs = false): Router {
  const rpcs = Object.entries(rules).map(([name, http]) => ({
    name,
    input: 'Request',
    output: 'Request',
    http,
  }));
  return new Router(
    compileRoutes(contract({ messages: { Request: 'id:string name:string' }, rpcs }), { strictVerbs }),
  );
}

function matched(router: Router, method: string, path: string): unknown {
  const match = router.match(method, path);
  if (match.kind === 'match') return [match.route.rpc.name, ...match.values];
  return match.kind === 'method-not-allowed' ? match.allow : undefined;
}

describe('the router', () => {
  const router = routerOf({
    Get: { get: '/v1/{name=shelves/*}' },
    Put: { put: '/v1/shelves/{id}' },
    Archive: { post: '/v1/{name=shelves/*}:archive' },
    Deep: { post: '/v1/{name=shelves/*}:archive:deep' },
    Special: { get: '/v1/shelves/special' },
    File: { get: '/files/{name=**}' },
    Raw: { get: '/raw/**/end' },
    Any: { custom: { kind: '*', path: '/any' } },
    AnyGet: { get: '/any' },
    Root: { get: '/' },
  });

  it.each<[string, string, unknown]>([
    ['GET', '/', ['Root']],
    ['GET', '/v1/shelves/1', ['Get', 'shelves/1']],
    ['GET', '/v1/shelves/special', ['Special']],
    ['PUT', '/v1/shelves/special', ['Put', 'special']],
    ['HEAD', '/v1/shelves/1', ['Get', 'shelves/1']],
    ['POST', '/v1/shelves/1:archive', ['Archive', 'shelves/1']],
    ['POST', '/v1/shelves/1:archive:deep', ['Deep', 'shelves/1']],
    ['POST', '/v1/shelves/a:b:archive', ['Archive', 'shelves/a:b']],
    ['GET', '/v1/shelves/a:b', ['Get', 'shelves/a:b']],
    ['PUT', '/v1/shelves/a%2Fb', ['Put', 'a/b']],
    ['PUT', '/v1/shelves/%252F', ['Put', '%2F']],
    ['PUT', '/v1/shelves/a+b', ['Put', 'a+b']],
    ['GET', '/v1/shelves/a%2fb%20c', ['Get', 'shelves/a%2fb c']],
    ['GET', '/files', ['File', '']],
    ['GET', '/files/a/b', ['File', 'a/b']],
    ['GET', '/raw//x//end', ['Raw']],
    ['GET', '/any', ['AnyGet']],
    ['PURGE', '/any', ['Any']],
    ['DELETE', '/v1/shelves/1', 'GET, PUT'],
    ['GET', '/v1/shelves/1:archive', ['Get', 'shelves/1:archive']],
    ['OPTIONS', '/files/a', 'GET'],
    ['GET', '/v1/shelves', undefined],
    ['GET', '/v1/shelves/', undefined],
    ['GET', '/v1//shelves/1', undefined],
    ['GET', '/v1/shelves/1/', undefined],
    ['GET', '/files//a', undefined],
    ['GET', '/V1/shelves/1', undefined],
    ['GET', '/%761/shelves/1', undefined],
    ['get', '/v1/shelves/1', 'GET, PUT'],
  ])('%s %s', (method, path, expected) => {
    expect(matched(router, method, path)).toEqual(expected);
  });

  it.each([
    '',
    'v1',
    '*',
    '/%',
    '/%4',
    '/%zz',
    '/a%2',
    '/%C3%28',
    '/%ff',
    '/%c0%80',
    '/a b',
    '/é',
    '/a\u0000',
    '/nowhere/%',
    'http://h/',
  ])('refuses %j as malformed', (path) => {
    expect(refusalOf(() => router.match('GET', path))).toEqual({
      status: 400,
      reason: 'PATH_MALFORMED',
      fields: [],
    });
  });

  it.each<[MultiSegmentDecoding, string]>([
    ['all-except-slash', "%2F%2f:?#[]@!$&'()*+,;=ü%20"],
    ['all-except-reserved', '%2F%2f%3A%3F%23%5B%5D%40%21%24%26%27%28%29%2A%2B%2C%3B%3Dü%20'],
    ['all', "//:?#[]@!$&'()*+,;=ü%20"],
  ])('decodes variables of several segments as the route says: %s', (multiSegmentDecoding, expected) => {
    const registry = contract({
      messages: { Request: 'id:string' },
      rpcs: [{ name: 'Get', input: 'Request', output: 'Request', http: { get: '/v1/{id=**}' } }],
    });
    const decoding = new Router(compileRoutes(registry, { routeOptions: () => ({ multiSegmentDecoding }) }));
    const path = '/v1/%2F%2f%3A%3F%23%5B%5D%40%21%24%26%27%28%29%2A%2B%2C%3B%3D%C3%BC%2520';
    expect(matched(decoding, 'GET', path)).toEqual(['Get', expected]);
  });

  it('keeps a colon out of wildcards where verbs are strict', () => {
    const strict = routerOf({ Get: { get: '/v1/{id}' }, Archive: { post: '/v1/{id}:archive' } }, true);
    expect(matched(strict, 'GET', '/v1/a')).toEqual(['Get', 'a']);
    expect(matched(strict, 'GET', '/v1/a:b')).toBeUndefined();
    expect(matched(strict, 'POST', '/v1/a:archive')).toEqual(['Archive', 'a']);
  });

  it('backtracks across methods and wildcards', () => {
    const backtracking = routerOf({
      Literal: { get: '/a/b/c' },
      Star: { get: '/a/*/d' },
      Rest: { get: '/{name=**}/e' },
      Post: { post: '/a/{id}/c' },
    });
    expect(matched(backtracking, 'GET', '/a/b/d')).toEqual(['Star']);
    expect(matched(backtracking, 'GET', '/a/b/e')).toEqual(['Rest', 'a/b']);
    expect(matched(backtracking, 'POST', '/a/b/c')).toEqual(['Post', 'b']);
  });
});
