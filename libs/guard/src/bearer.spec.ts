import { Metadata } from '@grpc/grpc-js';
import { bearerOf } from './index.js';

describe('the access token of a call', () => {
  const bearer = (...values: string[]) => {
    const metadata = new Metadata();
    for (const value of values) metadata.add('authorization', value);
    return bearerOf(metadata);
  };

  it('is what follows the scheme, in whatever case', () => {
    expect(bearer('Bearer a.b.c')).toBe('a.b.c');
    expect(bearer('bEARER a.b.c')).toBe('a.b.c');
  });

  it.each([
    ['no value', []],
    ['two values', ['Bearer a.b.c', 'Bearer a.b.c']],
    ['another scheme', ['Basic a.b.c']],
    ['a scheme alone', ['Bearer']],
    ['nothing after the scheme', ['Bearer ']],
    ['something before the scheme', [' Bearer a.b.c']],
    ['two spaces', ['Bearer  a.b.c']],
    ['two words', ['Bearer a.b.c d']],
    ['a word and a space', ['Bearer a.b.c ']],
  ])('is not there with %s', (_, values) => {
    expect(bearer(...values)).toBeUndefined();
  });
});
