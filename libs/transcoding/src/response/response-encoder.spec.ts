import { create, fromJson, toBinary, type JsonValue } from '@bufbuild/protobuf';
import { describe, expect, it } from '@jest/globals';
import { compileRoutes } from '../routes/compile-routes.js';
import type { Route } from '../routes/route.js';
import { contract, messageOf } from '../testing/contract.js';
import { LIBRARY } from '../testing/library-contract.js';
import { refusalOf, Serving } from '../testing/serving.js';
import { httpBodyOf, ResponseEncoder } from './response-encoder.js';

const library = new Serving(LIBRARY);

function route(rpc: string): Route {
  const found = library.table.routes.find((candidate) => candidate.rpc.name === rpc);
  if (found === undefined) throw new Error(rpc);
  return found;
}

function reply(rpc: string, json: JsonValue): Uint8Array {
  const { output } = route(rpc).rpc;
  return toBinary(output, fromJson(output, json, { registry: library.registry }));
}

describe('a reply', () => {
  it('is canonical JSON with the defaults of fields without presence', () => {
    const { contentType, body, etag } = library.encoder.encode(
      route('GetBook'),
      reply('GetBook', { name: 'a', etag: 'v1' }),
    );
    expect(contentType).toBe('application/json');
    expect(JSON.parse(body.toString())).toEqual({
      name: 'a',
      title: '',
      genre: 'GENRE_UNSPECIFIED',
      pages: 0,
      tags: [],
      labels: {},
      etag: 'v1',
    });
    expect(etag).toBe('"v1"');
  });

  it('is printed as the table says', () => {
    const registry = contract(LIBRARY);
    const table = compileRoutes(registry, {
      print: { alwaysEmitImplicit: false, protoFieldNames: true, enumsAsNumbers: true },
    });
    const bytes = reply('GetBook', { publishTime: '2020-01-01T00:00:00Z', genre: 'POETRY' });
    const { body } = new ResponseEncoder(table).encode(table.routes[0] as Route, bytes);
    expect(JSON.parse(body.toString())).toEqual({ publish_time: '2020-01-01T00:00:00Z', genre: 2 });
  });

  it('is one field where the rule has a response body', () => {
    const titles = (json: JsonValue): string =>
      library.encoder.encode(route('ListTitles'), reply('ListTitles', json)).body.toString();
    expect(JSON.parse(titles({ books: [{ rating: 1 }] }))).toMatchObject([{ rating: 1 }]);
    expect(titles({})).toBe('[]');
  });

  it('is {} for google.protobuf.Empty', () => {
    expect(library.encoder.encode(route('DeleteBook'), new Uint8Array()).body.toString()).toBe('{}');
  });

  it('is the bytes of a google.api.HttpBody', () => {
    const bytes = reply('GetPage', { contentType: 'text/html', data: 'AP8=' });
    const { contentType, body, etag } = library.encoder.encode(route('GetPage'), bytes);
    expect([contentType, Buffer.from(body as Uint8Array).toString('hex'), etag]).toEqual([
      'text/html',
      '00ff',
      undefined,
    ]);
    expect(httpBodyOf(route('GetPage'), new Uint8Array())).toMatchObject({
      contentType: 'application/octet-stream',
    });
    expect(httpBodyOf(route('GetBook'), new Uint8Array())).toBeUndefined();
  });

  it('has no content type that would be more than one header', () => {
    const bytes = reply('GetPage', { contentType: 'text/html\r\nset-cookie: a=b' });
    expect(refusalOf(() => library.encoder.encode(route('GetPage'), bytes))).toMatchObject({
      status: 500,
      reason: 'REPLY_UNPRINTABLE',
    });
  });

  it('merges a message that comes in two parts, and takes the last member of a oneof', () => {
    const { output } = route('GetBook').rpc;
    const part = (json: JsonValue): Uint8Array => toBinary(output, fromJson(output, json));
    const bytes = Buffer.concat([
      part({ author: { displayName: 'Leo' }, hardcover: true }),
      part({ author: { born: '1828' }, paperback: 'small', tags: ['a'] }),
      part({ tags: ['b'], labels: { a: '1' } }),
      part({ labels: { a: '2' } }),
    ]);
    expect(JSON.parse(library.encoder.encodeJson(route('GetBook'), bytes).toString())).toMatchObject({
      author: { displayName: 'Leo', born: '1828' },
      paperback: 'small',
      tags: ['a', 'b'],
      labels: { a: '2' },
    });
    expect(library.encoder.encodeJson(route('GetBook'), bytes).toString()).not.toContain('hardcover');
  });

  it('may hold fields that the descriptors do not know, groups among them', () => {
    const unknown = Uint8Array.from([
      0xfa, 0x06, 0x01, 0x41, 0xfb, 0x06, 0x08, 0x01, 0xfc, 0x06, 0xf8, 0x06, 0x05,
    ]);
    const bytes = Buffer.concat([unknown, reply('GetBook', { title: 'a' }), unknown]);
    expect(JSON.parse(library.encoder.encodeJson(route('GetBook'), bytes).toString())).toMatchObject({
      title: 'a',
    });
  });

  it('that no JSON can hold is an internal error', () => {
    const timestamp = messageOf(library.registry, 'google.protobuf.Timestamp');
    const late = toBinary(timestamp, create(timestamp, { seconds: 253402300800n } as never));
    expect(refusalOf(() => library.codec.encodeJson(timestamp, late))).toMatchObject({
      status: 500,
      reason: 'REPLY_UNPRINTABLE',
    });
    const any = messageOf(library.registry, 'google.protobuf.Any');
    const unknown = toBinary(any, create(any, { typeUrl: 'type.googleapis.com/nowhere.Unknown' } as never));
    expect(refusalOf(() => library.codec.encodeJson(any, unknown))).toMatchObject({
      reason: 'ANY_TYPE_UNKNOWN',
    });
  });
});
