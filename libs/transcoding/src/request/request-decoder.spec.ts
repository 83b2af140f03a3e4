import { describe, expect, it } from '@jest/globals';
import { LIBRARY } from '../testing/library-contract.js';
import { Serving, type RequestText } from '../testing/serving.js';

const library = new Serving(LIBRARY);
const list = (query: string): RequestText => ({ target: `/v1/shelves/1/books?${query}` });

describe('query parameters', () => {
  it.each<[string, unknown]>([
    ['page_size=7&pageToken=a+b%2B', { pageSize: 7, pageToken: 'a b+' }],
    ['genres=FICTION&genres=2', { genres: ['FICTION', 'POETRY'] }],
    [
      'filter.author.display_name=Leo&filter.title=War',
      { filter: { title: 'War', author: { displayName: 'Leo' } } },
    ],
    ['filter.note=', { filter: { note: '' } }],
    ['min_rating=4.5', { minRating: 4.5 }],
    ['since=2024-02-29T12:00:00%2B01:00', { since: '2024-02-29T11:00:00Z' }],
    ['timeout=1.5s', { timeout: '1.500s' }],
    ['ids=9223372036854775807&ids=-1', { ids: ['9223372036854775807', '-1'] }],
    ['digest=-_8', { digest: '+/8=' }],
    ['digest=%2B/8%3D', { digest: '+/8=' }],
    ['newest=true', { newest: true }],
    ['page_size=7&pageSize=7', { pageSize: 7 }],
    ['page_size=7&&', { pageSize: 7 }],
    ['parent=shelves/1', {}],
  ])('%s', (query, expected) => {
    expect(library.message(list(query))).toEqual({ parent: 'shelves/1', ...(expected as object) });
  });

  it.each<[string, string, string[]]>([
    ['nothing=1', 'PARAMETER_UNKNOWN', ['nothing']],
    ['page_size=7&pageSize=8', 'FIELD_CONFLICT', ['page_size']],
    ['parent=shelves/2', 'FIELD_CONFLICT', ['parent']],
    ['newest=true&oldest=true', 'ONEOF_CONFLICT', ['oldest']],
    ['page_size=', 'FIELD_INVALID', ['page_size']],
    ['page_size=%201', 'FIELD_INVALID', ['page_size']],
    ['page_size=0x10', 'FIELD_INVALID', ['page_size']],
    ['page_size=2147483648', 'FIELD_INVALID', ['page_size']],
    ['genres=7', 'FIELD_INVALID', ['genres']],
    ['genres=fiction', 'FIELD_INVALID', ['genres']],
    ['digest=%25%25', 'FIELD_INVALID', ['digest']],
    ['since=2024-02-30T00:00:00Z', 'FIELD_INVALID', ['since']],
    ['timeout=1h', 'FIELD_INVALID', ['timeout']],
    ['labels=x', 'PARAMETER_UNSUPPORTED', ['labels']],
    ['labels[a]=x', 'PARAMETER_UNKNOWN', ['labels[a]']],
    ['authors=x', 'PARAMETER_UNSUPPORTED', ['authors']],
    ['filter=x', 'PARAMETER_UNSUPPORTED', ['filter']],
    ['filter.author.display_name.x=1', 'PARAMETER_UNKNOWN', ['filter.author.display_name.x']],
    ['min_rating.value=1', 'PARAMETER_UNKNOWN', ['min_rating.value']],
    ['__proto__=1', 'PARAMETER_UNKNOWN', ['__proto__']],
    ['constructor.name=1', 'PARAMETER_UNKNOWN', ['constructor.name']],
    ['page_token=%zz', 'QUERY_MALFORMED', []],
    ['page_token=%C3%28', 'QUERY_MALFORMED', []],
    ['page_token=\u00e9', 'QUERY_MALFORMED', []],
  ])('%s is refused', (query, reason, fields) => {
    expect(library.refusal(list(query))).toEqual({ status: 400, reason, fields });
  });

  it('name nothing within a message that is JSON text, or that has no text', () => {
    const open = new Serving({
      messages: { Query: 'hint:Value rules:Struct detail:Any' },
      rpcs: [{ name: 'Ask', input: 'Query', output: 'Empty', http: { get: '/v1/answers' } }],
    });
    const ask = (query: string): RequestText => ({ target: `/v1/answers?${query}` });
    expect(open.message(ask('hint=%22a%22&rules=%7B%22b%22:1%7D'))).toEqual({ hint: 'a', rules: { b: 1 } });
    for (const name of ['hint.string_value', 'hint.number_value', 'detail.type_url', 'detail.value'])
      expect(open.refusal(ask(`${name}=1`))).toEqual({
        status: 400,
        reason: 'PARAMETER_UNKNOWN',
        fields: [name],
      });
    expect(open.refusal(ask('detail=1'))?.reason).toBe('PARAMETER_UNSUPPORTED');
  });

  it('are refused with a body for the whole message, also when they say the same', () => {
    const request = { target: '/v1/shelves/1/books/2:archive?reason=old', body: '{"reason":"old"}' };
    expect(library.refusal(request)).toEqual({
      status: 400,
      reason: 'PARAMETER_IN_BODY',
      fields: ['reason'],
    });
  });

  it('are refused for what the body covers', () => {
    const request = { target: '/v1/shelves/1/books?book.title=x', body: '{}' };
    expect(library.refusal(request)).toEqual({
      status: 400,
      reason: 'PARAMETER_IN_BODY',
      fields: ['book.title'],
    });
  });
});

describe('leniencies', () => {
  const lenient = new Serving(LIBRARY, {
    routeOptions: () => ({
      ignoreUnknownParameters: true,
      ignoreUnknownFields: true,
      ignoreUnexpectedBody: true,
      systemParameters: ['key'],
    }),
  });

  it('skip what they name', () => {
    expect(lenient.message(list('nothing=1&key=secret&page_size=1'))).toEqual({
      parent: 'shelves/1',
      pageSize: 1,
    });
    const create = {
      target: '/v1/shelves/1/books',
      body: '{"title":"a","nothing":{"__proto__":[1]},"genre":"UNHEARD_OF"}',
    };
    expect(lenient.message(create)).toEqual({ parent: 'shelves/1', book: { title: 'a' } });
    expect(lenient.message({ method: 'GET', target: '/v1/drafts/1', body: 'anything' })).toEqual({
      name: 'drafts/1',
    });
  });

  it('read a plus as it stands, as Envoy does', () => {
    const literal = new Serving(LIBRARY, { routeOptions: () => ({ literalPlus: true }) });
    const request = list('page_token=a+b%2B%20');
    expect(literal.message(request)).toEqual({ parent: 'shelves/1', pageToken: 'a+b+ ' });
    expect(lenient.message(request)).toEqual({ parent: 'shelves/1', pageToken: 'a b+ ' });
  });

  it('skip nothing else', () => {
    expect(lenient.refusal(list('labels=x'))?.reason).toBe('PARAMETER_UNSUPPORTED');
    expect(lenient.refusal({ target: '/v1/shelves/1/books', body: '{"pages":"many"}' })?.reason).toBe(
      'FIELD_INVALID',
    );
    expect(lenient.refusal({ target: '/v1/shelves/1/books', body: '{"x":1,}' })?.reason).toBe(
      'JSON_MALFORMED',
    );
  });
});

describe('bodies', () => {
  it('fill the field, and the path what is below it', () => {
    const update = {
      method: 'PATCH',
      target: '/v1/shelves/1/books/2?updateMask=title',
      body: '{"title":"War","author":{"born":"1828"}}',
    };
    expect(library.message(update)).toEqual({
      book: { name: 'shelves/1/books/2', title: 'War', author: { born: '1828' } },
      updateMask: 'title',
    });
  });

  it('may say what the path says, but nothing else', () => {
    const archive = (body: string): RequestText => ({ target: '/v1/shelves/1/books/2:archive', body });
    expect(library.message(archive('{"name":"shelves/1/books/2"}'))).toEqual({ name: 'shelves/1/books/2' });
    expect(library.message(archive('{"name":null}'))).toEqual({ name: 'shelves/1/books/2' });
    expect(library.refusal(archive('{"name":"shelves/1/books/3"}'))).toEqual({
      status: 400,
      reason: 'FIELD_CONFLICT',
      fields: ['name'],
    });
    expect(library.refusal(archive('{"name":""}'))).toEqual({
      status: 400,
      reason: 'FIELD_CONFLICT',
      fields: ['name'],
    });
    const update = { method: 'PATCH', target: '/v1/shelves/1/books/2', body: '{"name":"shelves/1/books/3"}' };
    expect(library.refusal(update)?.reason).toBe('FIELD_CONFLICT');
  });

  it.each<[string, RequestText, number, string]>([
    [
      'a body where none belongs',
      { method: 'GET', target: '/v1/drafts/1', body: '{}' },
      400,
      'BODY_UNEXPECTED',
    ],
    [
      'another content type',
      { target: '/v1/shelves/1/books', body: '{}', contentType: 'text/plain' },
      415,
      'CONTENT_TYPE_UNSUPPORTED',
    ],
    [
      'another charset',
      { target: '/v1/shelves/1/books', body: '{}', contentType: 'application/json; charset=latin1' },
      415,
      'CONTENT_TYPE_UNSUPPORTED',
    ],
    [
      'no content type',
      { target: '/v1/shelves/1/books', body: '{}', contentType: '' },
      415,
      'CONTENT_TYPE_UNSUPPORTED',
    ],
    [
      'invalid UTF-8',
      { target: '/v1/shelves/1/books', body: Buffer.from([0x22, 0xc3, 0x28, 0x22]) },
      400,
      'BODY_NOT_UTF8',
    ],
    ['a byte order mark', { target: '/v1/shelves/1/books', body: '\ufeff{}' }, 400, 'JSON_MALFORMED'],
    ['whitespace', { target: '/v1/shelves/1/books', body: ' ' }, 400, 'JSON_MALFORMED'],
    ['null for a resource', { target: '/v1/shelves/1/books', body: 'null' }, 400, 'FIELD_INVALID'],
    ['two values', { target: '/v1/shelves/1/books', body: '{}{}' }, 400, 'JSON_MALFORMED'],
    ['a control character in the path', { target: '/v1/pages/a%0Ab/1' }, 400, 'FIELD_INVALID'],
  ])('refuse %s', (_what, request, status, reason) => {
    expect(library.refusal(request)).toMatchObject({ status, reason });
  });

  it('accept any JSON media type', () => {
    const request = {
      target: '/v1/shelves/1/books',
      body: '{"title":"a"}',
      contentType: 'application/vnd.library+json; charset=UTF-8',
    };
    expect(library.message(request)).toEqual({ parent: 'shelves/1', book: { title: 'a' } });
  });

  it('pass raw bytes with their content type', () => {
    const request = {
      method: 'PUT',
      target: '/v1/covers/a?alt=cover',
      body: Buffer.from([0, 255]),
      contentType: 'image/png',
    };
    expect(library.message(request)).toEqual({
      name: 'a',
      alt: 'cover',
      cover: { contentType: 'image/png', data: 'AP8=' },
    });
  });
});

describe('a oneof', () => {
  const choices = new Serving({
    messages: {
      Choice: 'pick{ near:Place far:Place link:string }',
      Place: 'name:string note:string',
    },
    rpcs: [
      { name: 'Go', input: 'Choice', output: 'Choice', http: { post: '/go', body: 'near' } },
      { name: 'Visit', input: 'Choice', output: 'Choice', http: { post: '/visit/{near.name}', body: '*' } },
    ],
  });

  it('may be set by body and path together, in one and the same field', () => {
    const near = { name: 'a', note: 'b' };
    expect(choices.message({ target: '/visit/a', body: '{"near":{"note":"b"},"far":null}' })).toEqual({
      near,
    });
    expect(choices.message({ target: '/go', body: '{"note":"b"}' })).toEqual({ near: { note: 'b' } });
    const withoutBody = { method: 'POST', target: '/go?link=a' };
    expect(choices.message(withoutBody)).toEqual({ link: 'a' });
  });

  it.each<[string, RequestText, string]>([
    ['by the body and a parameter', { target: '/go?link=a', body: '{}' }, 'near'],
    ['by the body and below a parameter', { target: '/go?far.name=a', body: '{"note":"b"}' }, 'near'],
    ['by the path and the body', { target: '/visit/a', body: '{"link":"b"}' }, 'near.name'],
    ['by the path and below the body', { target: '/visit/a', body: '{"far":{}}' }, 'near.name'],
  ])('is not set twice, %s', (_what, request, field) => {
    expect(choices.refusal(request)).toEqual({ status: 400, reason: 'ONEOF_CONFLICT', fields: [field] });
  });
});

describe('the field mask of a PATCH', () => {
  const patch = (body: string): unknown =>
    (library.message({ method: 'PATCH', target: '/v1/shelves/1/books/2', body }) as { updateMask: string })
      .updateMask;

  it.each<[string, string]>([
    ['{"title":"a","pages":0}', 'pages,title'],
    ['{"author":{"displayName":"a"}}', 'author.displayName'],
    ['{"author":{}}', 'author'],
    ['{"author":null,"publish_time":null}', 'author,publishTime'],
    ['{"labels":{"a":"b"},"tags":["x"],"extra":{"a":{"b":1}}}', 'extra,labels,tags'],
    ['{"name":"shelves/1/books/2","etag":"v1","createTime":"2020-01-01T00:00:00Z","title":"a"}', 'title'],
    ['{}', ''],
  ])('of %s is %s', (body, mask) => {
    expect(patch(body)).toBe(mask);
  });

  it('is empty, but there, without a body', () => {
    expect(library.message({ method: 'PATCH', target: '/v1/shelves/1/books/2' })).toEqual({
      book: { name: 'shelves/1/books/2' },
      updateMask: '',
    });
  });

  it('is not made of a body that is one value', () => {
    const request = { method: 'PATCH', target: '/v1/books/2/rating', body: '4.5' };
    expect(library.message(request)).toEqual({ name: '2', rating: 4.5 });
  });

  it('is what the caller gives', () => {
    const request = { method: 'PATCH', target: '/v1/shelves/1/books/2?update_mask=*', body: '{"title":"a"}' };
    expect(library.message(request)).toMatchObject({ updateMask: '*' });
  });
});

describe('If-Match', () => {
  it('fills the etag of the request, or of the resource', () => {
    const remove = { method: 'DELETE', target: '/v1/shelves/1/books/2', ifMatch: '"v1"' };
    expect(library.message(remove)).toEqual({ name: 'shelves/1/books/2', etag: 'v1' });
    const update = {
      method: 'PATCH',
      target: '/v1/shelves/1/books/2',
      body: '{"title":"a"}',
      ifMatch: '"v1"',
    };
    expect(library.message(update)).toMatchObject({ book: { etag: 'v1', title: 'a' }, updateMask: 'title' });
    expect(library.message({ ...remove, ifMatch: '*' })).toEqual({ name: 'shelves/1/books/2' });
  });

  it.each<[string, RequestText, number, string]>([
    [
      'a list',
      { method: 'DELETE', target: '/v1/shelves/1/books/2', ifMatch: '"a", "b"' },
      400,
      'IF_MATCH_UNSUPPORTED',
    ],
    [
      'a weak one',
      { method: 'DELETE', target: '/v1/shelves/1/books/2', ifMatch: 'W/"a"' },
      412,
      'ETAG_MISMATCH',
    ],
    [
      'an empty one, which no resource has',
      { method: 'PATCH', target: '/v1/shelves/1/books/2', body: '{"title":"a"}', ifMatch: '""' },
      412,
      'ETAG_MISMATCH',
    ],
    [
      'one for what is about to be made',
      { target: '/v1/shelves/1/books', body: '{"title":"a"}', ifMatch: '"a"' },
      400,
      'IF_MATCH_UNSUPPORTED',
    ],
    [
      'another etag in the query',
      { method: 'DELETE', target: '/v1/shelves/1/books/2?etag=b', ifMatch: '"a"' },
      400,
      'FIELD_CONFLICT',
    ],
    [
      'another etag in the body',
      { method: 'PATCH', target: '/v1/shelves/1/books/2', body: '{"etag":"b"}', ifMatch: '"a"' },
      400,
      'FIELD_CONFLICT',
    ],
    [
      'a method without an etag',
      { target: '/v1/shelves/1/books/2:archive', body: '{}', ifMatch: '"a"' },
      400,
      'IF_MATCH_UNSUPPORTED',
    ],
  ])('refuses %s', (_what, request, status, reason) => {
    expect(library.refusal(request)).toMatchObject({ status, reason });
  });
});

describe('If-None-Match', () => {
  const ifNoneMatch = '*';

  it('is for the reply of a read', () => {
    expect(library.message({ target: '/v1/shelves/1/books/2', ifNoneMatch })).toEqual({
      name: 'shelves/1/books/2',
    });
  });

  it.each<[string, RequestText]>([
    ['change', { method: 'PATCH', target: '/v1/shelves/1/books/2', body: '{"title":"a"}' }],
    ['deletion', { method: 'DELETE', target: '/v1/shelves/1/books/2' }],
    ['creation', { target: '/v1/shelves/1/books', body: '{"title":"a"}' }],
  ])('is refused with a %s, which would not heed it', (_what, request) => {
    expect(library.refusal({ ...request, ifNoneMatch })).toMatchObject({
      status: 400,
      reason: 'IF_NONE_MATCH_UNSUPPORTED',
    });
  });
});

describe('a client stream', () => {
  it('has the path and the query in its first message only', () => {
    const { route, bytes } = library.decode({
      target: '/v1/shelves/1/books:import?request_id=7',
      body: '{"title":"a"}',
    });
    const decoded = (message: Uint8Array): unknown =>
      JSON.parse(library.codec.encodeJson(route.rpc.input, message).toString());
    expect(decoded(bytes)).toEqual({ parent: 'shelves/1', requestId: '7', book: { title: 'a' } });
    expect(decoded(library.next(route, '{"title":"b"}'))).toEqual({ book: { title: 'b' } });
  });
});
