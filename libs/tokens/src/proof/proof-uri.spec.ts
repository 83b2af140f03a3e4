import { describe, expect, it } from '@jest/globals';
import { isProofUri } from './proof-uri.js';

const URI = 'https://api.example.test/v1/resources/a%2Fb~c';

describe('the URI of a proof', () => {
  it.each([
    URI,
    `${URI}?page=2`,
    `${URI}#part`,
    `${URI}?page=2#part`,
    'HTTPS://API.EXAMPLE.TEST/v1/resources/a%2Fb~c',
    'https://api.example.test:443/v1/resources/a%2fb%7Ec',
    'https://api.example.test:/v1/resources/a%2Fb~c',
    'https://api.example.test/v1/%72esources/a%2Fb%7ec',
    'https://api.example.test/v1/./x/../resources/a%2Fb~c',
    'https://api.example.test/../v1/%2e%2E/v1/resources/a%2Fb~c',
  ])('is the same however it is written: %s', (htu) => expect(isProofUri(htu, URI)).toBe(true));

  it.each([
    ['another scheme', 'http://api.example.test/v1/resources/a%2Fb~c'],
    ['another host', 'https://api.example.test.evil.test/v1/resources/a%2Fb~c'],
    ['another port', 'https://api.example.test:80/v1/resources/a%2Fb~c'],
    ['somebody before the host', 'https://api.example.test@evil.test/v1/resources/a%2Fb~c'],
    ['somebody at the host', 'https://user@api.example.test/v1/resources/a%2Fb~c'],
    ['a slash behind', `${URI}/`],
    ['two slashes', 'https://api.example.test//v1/resources/a%2Fb~c'],
    ['a slash that was escaped', 'https://api.example.test/v1/resources/a/b~c'],
    ['another case of the path', 'https://api.example.test/V1/resources/a%2Fb~c'],
    ['a path that is longer', `${URI}d`],
    ['a path that is shorter', 'https://api.example.test/v1/resources'],
    ['no authority', '/v1/resources/a%2Fb~c'],
    ['a backslash, as browsers read it', 'https:\\\\api.example.test/v1/resources/a%2Fb~c'],
    ['a tab, as browsers drop it', 'https://api.example.test/v1/\tresources/a%2Fb~c'],
    ['a space', `${URI} `],
    ['half an escape', `${URI}%2`],
    ['what is not ASCII', 'https://api.example.test/v1/resources/a%2Fb~ç'],
    ['nothing', ''],
  ])('is another with %s', (_, htu) => expect(isProofUri(htu, URI)).toBe(false));

  it.each([undefined, null, 7, [URI], { href: URI }])('is a text, not %j', (htu) =>
    expect(isProofUri(htu, URI)).toBe(false),
  );

  it('is none for a request with dot segments, escaped or not', () => {
    for (const uri of ['https://a.test/v1/../v2', 'https://a.test/v1/%2e%2E/v2', 'https://a.test/v1/./v2'])
      for (const htu of [uri, 'https://a.test/v2', 'https://a.test/v1/v2'])
        expect([htu, uri, isProofUri(htu, uri)]).toEqual([htu, uri, false]);
  });

  it('is none that is longer than any request', () => {
    const long = `https://a.test/${'x'.repeat(8_192)}`;
    expect(isProofUri(long, long)).toBe(false);
  });

  it('has a root without a slash', () => {
    expect(isProofUri('https://a.test', 'https://a.test/')).toBe(true);
    expect(isProofUri('http://[::1]:8080?x', 'http://[::1]:8080/')).toBe(true);
  });
});
