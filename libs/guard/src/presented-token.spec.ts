import { Metadata } from '@grpc/grpc-js';
import { presentedToken } from './index.js';

describe('the access token of a call', () => {
  const presented = (...values: string[]) => {
    const metadata = new Metadata();
    for (const value of values) metadata.add('authorization', value);
    return presentedToken(metadata);
  };

  it('is what follows the scheme, in whatever case; the scheme says whether a proof comes with it', () => {
    for (const scheme of ['Bearer', 'bEARER'])
      expect(presented(`${scheme} a.b.c`)).toEqual({ accessToken: 'a.b.c', binding: 'none' });
    for (const scheme of ['DPoP', 'dpop'])
      expect(presented(`${scheme} a.b.c`)).toEqual({ accessToken: 'a.b.c', binding: 'key' });
  });

  it.each([
    ['no value', []],
    ['two values', ['Bearer a.b.c', 'Bearer a.b.c']],
    ['two schemes', ['Bearer a.b.c', 'DPoP a.b.c']],
    ['another scheme', ['Basic a.b.c']],
    ['a scheme alone', ['Bearer']],
    ['nothing after the scheme', ['DPoP ']],
    ['something before the scheme', [' Bearer a.b.c']],
    ['two spaces', ['Bearer  a.b.c']],
    ['two words', ['DPoP a.b.c d']],
    ['a word and a space', ['Bearer a.b.c ']],
  ])('is not there with %s', (_, values) => {
    expect(presented(...values)).toBeUndefined();
  });
});
