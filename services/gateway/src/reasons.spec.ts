import { describe, expect, it } from '@jest/globals';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { platformReasons } from '@gatehouse/errors';
import { gatewayReasons, httpStatuses } from './reasons.js';

const transcoding = dirname(fileURLToPath(import.meta.resolve('@gatehouse/transcoding')));

/** Every word in the form of a reason that the request-time parts of the translation hold. */
function wordsOfTranslation(): string[] {
  const files = globSync('{request,json,http,router,response,stream}/**/*.js', { cwd: transcoding });
  const texts = files
    .filter((file) => !file.endsWith('.spec.js'))
    .map((file) => readFileSync(join(transcoding, file), 'utf8'));
  return texts.flatMap((text) =>
    [...text.matchAll(/'([A-Z]+(?:_[A-Z0-9]+)+)'/g)].map(([, word]) => word as string),
  );
}

describe('the reasons', () => {
  it('tell every reason that the translation gives', () => {
    const told = new Set([...Object.keys(gatewayReasons), ...Object.keys(platformReasons)]);
    const words = new Set(wordsOfTranslation());
    expect(words.size).toBeGreaterThan(10);
    expect([...words].filter((word) => !told.has(word))).toEqual([]);
  });

  it('have a status of HTTP only where they exist', () => {
    expect(Object.keys(httpStatuses).filter((reason) => !(reason in gatewayReasons))).toEqual([]);
  });
});
