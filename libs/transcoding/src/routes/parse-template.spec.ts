import { describe, expect, it } from '@jest/globals';
import { parseTemplate } from './parse-template.js';
import { erasedShape, TemplateError } from './template.js';

describe('a template', () => {
  it.each<[string, string, [string, number, number, boolean][]]>([
    ['/', '/', []],
    ['/a/*/**', '/a/*/**', []],
    ['/v1/{name}', '/v1/*', [['name', 1, 2, true]]],
    ['/v1/{a.b_c=*}:do', '/v1/*:do', [['a.b_c', 1, 2, true]]],
    ['/v1/{name=shelves/*/books/*}:a:b', '/v1/shelves/*/books/*:a:b', [['name', 1, 5, false]]],
    ['/v1/{name=**}', '/v1/**', [['name', 1, -1, false]]],
    ['/v1/{name=a/**/b}/c', '/v1/a/**/b/c', [['name', 1, -2, false]]],
    ['/v1/**/{name=b}', '/v1/**/b', [['name', -2, -1, true]]],
    [
      '/{x}/{y=a/*}/**',
      '/*/a/*/**',
      [
        ['x', 0, 1, true],
        ['y', 1, 3, false],
      ],
    ],
    ['/a%2fb/%2A:%c3%bc', '/a%2Fb/%2A:%c3%bc', []],
    ["/a-b_c.d~e!f$g&h'i(j)k+l,m;n=o@p", "/a-b_c.d~e!f$g&h'i(j)k+l,m;n=o@p", []],
  ])('%s parses', (text, shape, variables) => {
    const template = parseTemplate(text);
    expect(erasedShape(template)).toBe(shape);
    expect(
      template.variables.map((variable) => [
        variable.path.join('.'),
        variable.start,
        variable.end,
        variable.singleSegment,
      ]),
    ).toEqual(variables);
  });

  it.each([
    '',
    'a',
    '//',
    '/a/',
    '/a//b',
    '/{',
    '/{}',
    '/{a',
    '/{a.}',
    '/{.a}',
    '/{a=}',
    '/{a=b/}',
    '/{a=/b}',
    '/{1a}',
    '/{a-b}',
    '/{a}b',
    '/b{a}',
    '/{a={b}}',
    '/a/**/*',
    '/a/**/**',
    '/a/**/{b}',
    '/{a=**}/{b=**}',
    '/{a}/{a}',
    '/{a.b}/c/{a.b=*}',
    '/***',
    '/a*',
    '/*a',
    '/a:',
    '/a::b',
    '/a:b:',
    '/:a',
    '/a:b/c',
    '/a:*',
    '/a b',
    '/ü',
    '/a?b',
    '/a#b',
    '/%',
    '/%4',
    '/%zz',
    '/.',
    '/a/../b',
    '/{a=..}',
    '/a\n',
  ])('%j does not', (text) => {
    expect(() => parseTemplate(text)).toThrow(TemplateError);
  });
});
