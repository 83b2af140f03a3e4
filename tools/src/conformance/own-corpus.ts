import { readFileSync } from 'node:fs';
import type { Corpus } from './corpus.js';

/** The attack cases that Gatehouse keeps for itself. */
export function ownCorpus(): Corpus {
  const file = new URL('../../../libs/tokens/conformance/jwt-attacks.json', import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as Corpus;
}
