import { describe, expect, it } from '@jest/globals';
import { badReply, badRequest } from '../transcoding-error.js';
import { tagOf, WireType, WireWriter } from '../wire/wire-writer.js';
import { problemOfError, problemOfStatus } from './problem.js';
import { Code, codeName, httpStatusOf } from './status.js';
import { requireGrpcResponse } from './upstream.js';
import { refusalOf } from '../testing/serving.js';

type Field = string | number | ((writer: WireWriter) => void);

/** A message of strings, numbers and messages under the numbers 1, 2, 3... */
function message(...fields: Field[]): (writer: WireWriter) => void {
  return (writer) => fields.forEach((field, index) => write(writer, index + 1, field));
}

function write(writer: WireWriter, number: number, field: Field): void {
  writer.varint(tagOf(number, typeof field === 'number' ? WireType.VARINT : WireType.LEN));
  if (typeof field === 'number') writer.varint64(field);
  else if (typeof field === 'string') writer.string(field);
  else {
    const start = writer.open();
    field(writer);
    writer.close(start);
  }
}

function status(
  code: number,
  text: string,
  ...details: [string, (writer: WireWriter) => void][]
): Uint8Array {
  const writer = new WireWriter();
  message(code, text)(writer);
  for (const [type, value] of details)
    write(writer, 3, message(`type.googleapis.com/google.rpc.${type}`, value));
  return writer.finish();
}

const ERROR_INFO: [string, (writer: WireWriter) => void] = [
  'ErrorInfo',
  message('BOOK_TAKEN', 'library.example', message('book', '7')),
];

describe('the problem of a failed call', () => {
  it('carries code, reason, violations, metadata and the request', () => {
    const details = status(
      3,
      'the book is wrong',
      ERROR_INFO,
      [
        'BadRequest',
        (writer) => ['title', 'pages'].forEach((field) => write(writer, 1, message(field, 'is wrong'))),
      ],
      ['Unheard', message('of')],
    );
    expect(problemOfStatus({ code: 3, message: 'unused', details }, { requestId: 'r-1' })).toEqual({
      status: 400,
      retryAfterSeconds: undefined,
      problem: {
        type: 'about:blank',
        title: 'Bad Request',
        status: 400,
        detail: 'the book is wrong',
        code: 'INVALID_ARGUMENT',
        reason: 'BOOK_TAKEN',
        domain: 'library.example',
        metadata: { book: '7' },
        violations: [
          { field: 'title', description: 'is wrong' },
          { field: 'pages', description: 'is wrong' },
        ],
        request_id: 'r-1',
      },
    });
  });

  it.each<[number, number, number]>([
    [2, 0, 2],
    [2, 1, 3],
    [0, 500_000_000, 1],
    [-5, 0, 0],
  ])('says when to come back: %d s %d ns is %d', (seconds, nanos, expected) => {
    const details = status(14, 'busy', ['RetryInfo', message(message(seconds, nanos))]);
    expect(problemOfStatus({ code: 14, message: '', details })).toMatchObject({
      status: 503,
      retryAfterSeconds: expected,
    });
  });

  it.each([Code.UNKNOWN, Code.INTERNAL, Code.DATA_LOSS, 99])(
    'shows nothing of what is inside: code %d',
    (code) => {
      const { problem } = problemOfStatus({
        code,
        message: 'secret',
        details: status(code, 'secret', ERROR_INFO),
      });
      expect(JSON.stringify(problem)).not.toMatch(/secret|book/);
      expect(problem).toMatchObject({ status: 500, reason: 'BOOK_TAKEN' });
    },
  );

  it('does without details that cannot be read', () => {
    const { problem } = problemOfStatus({ code: 5, message: 'gone', details: Uint8Array.from([0x12, 0x7f]) });
    expect(problem).toEqual({
      type: 'about:blank',
      title: 'Not Found',
      status: 404,
      detail: 'gone',
      code: 'NOT_FOUND',
    });
  });

  it('of a cancelled call has a title, though 499 has no phrase', () => {
    expect(problemOfStatus({ code: 1, message: '' }).problem.title).not.toBe('');
  });
});

describe('the problem of a refused request', () => {
  it('carries its reason and violations', () => {
    expect(problemOfError(badRequest('FIELD_INVALID', 'must be an integer', 'pages')).problem).toMatchObject({
      status: 400,
      code: 'INVALID_ARGUMENT',
      reason: 'FIELD_INVALID',
      violations: [{ field: 'pages', description: 'must be an integer' }],
    });
  });

  it('shows nothing of a reply that is malformed', () => {
    expect(problemOfError(badReply('REPLY_MALFORMED', 'secret')).problem).toMatchObject({
      status: 500,
      detail: 'internal error',
    });
  });
});

describe('the status map', () => {
  it('is that of google/rpc/code.proto', () => {
    const map = Array.from({ length: 18 }, (_, code) => httpStatusOf(code));
    expect(map).toEqual([
      200, 499, 500, 400, 504, 404, 409, 403, 429, 400, 409, 400, 501, 500, 503, 500, 401, 500,
    ]);
    expect([codeName(16), codeName(17)]).toEqual(['UNAUTHENTICATED', 'UNKNOWN']);
  });

  it('answers 412 to a precondition of the caller, and to nothing else', () => {
    expect(
      [Code.ABORTED, Code.FAILED_PRECONDITION, Code.NOT_FOUND].map((code) => httpStatusOf(code, true)),
    ).toEqual([412, 412, 404]);
  });
});

describe('an upstream', () => {
  it.each([
    [200, 'application/grpc'],
    [200, 'application/grpc+proto'],
  ])('speaks gRPC: %d %s', (http, contentType) => {
    expect(refusalOf(() => requireGrpcResponse(http, contentType))).toBeUndefined();
  });

  it.each([
    [200, 'text/plain'],
    [200, undefined],
    [200, 'application/grpc-web'],
    [503, 'application/grpc'],
  ])('does not speak gRPC: %d %s', (http, contentType) => {
    expect(refusalOf(() => requireGrpcResponse(http, contentType))).toMatchObject({
      status: 502,
      reason: 'UPSTREAM_NOT_GRPC',
    });
  });
});
