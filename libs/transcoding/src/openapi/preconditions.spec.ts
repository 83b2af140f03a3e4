import { describe, expect, it } from '@jest/globals';
import { compileRoutes } from '../routes/compile-routes.js';
import { contract } from '../testing/contract.js';
import { LIBRARY } from '../testing/library-contract.js';
import { openApi } from './openapi.js';

interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly responses: Record<string, { readonly headers?: object }>;
}

const text = openApi(compileRoutes(contract(LIBRARY)), { info: { title: 'Library', version: '1' } });
const { paths } = JSON.parse(text) as { readonly paths: Record<string, Record<string, Operation>> };

/** What an operation says of conditions: the headers that it takes, the answers that they lead to, and whether it has an ETag. */
function conditionsOf(path: string, method: string) {
  const { parameters = [], responses } = paths[path]?.[method] ?? { responses: {} };
  return {
    takes: parameters.filter((parameter) => parameter.in === 'header').map(({ name }) => name),
    answers: ['304', '412'].filter((status) => status in responses),
    hasTag: 'ETag' in (responses['200']?.headers ?? {}),
  };
}

describe('the conditions of an operation', () => {
  const book = '/v1/shelves/{name}/books/{name_1}';

  it('are both where what is read has an entity tag', () => {
    const takes = ['If-Match', 'If-None-Match'];
    expect(conditionsOf(book, 'get')).toEqual({ takes, answers: ['304', '412'], hasTag: true });
  });

  it('are If-Match where it reaches what is there', () => {
    expect(conditionsOf(book, 'patch')).toEqual({ takes: ['If-Match'], answers: ['412'], hasTag: true });
    expect(conditionsOf(book, 'delete')).toEqual({ takes: ['If-Match'], answers: ['412'], hasTag: false });
  });

  it.each([
    ['a creation', '/v1/shelves/{parent}/books', 'post', true],
    ['a list', '/v1/shelves/{parent}/books', 'get', false],
    ['a stream', '/v1/shelves/{parent}/books:watch', 'get', false],
    ['raw bytes', '/v1/pages/{name}/{page}', 'get', false],
  ])('are none: %s', (_what, path, method, hasTag) => {
    expect(conditionsOf(path, method)).toEqual({ takes: [], answers: [], hasTag });
  });
});
