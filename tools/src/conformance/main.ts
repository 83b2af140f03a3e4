import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { Corpus } from './corpus.js';
import { runJws } from './jws.js';
import type { JwsVectors } from './jws.js';
import { renderReport, succeeded, writeFigures } from './report.js';
import type { ConformanceReport } from './report.js';
import { startLiveSystem } from './live/start-live-system.js';
import { runTokens } from './tokens.js';
import { runTranscoding } from './transcoding.js';
import type { TranscodingCorpus } from './transcoding/corpus.js';

/** The kinds of case files, and what runs them. */
const KINDS = new Map<string, (document: unknown) => ConformanceReport | Promise<ConformanceReport>>([
  ['tokens', (document) => runTokens(document as Corpus, startLiveSystem)],
  ['jws', (document) => runJws(document as JwsVectors)],
  ['transcoding', (document) => runTranscoding(document as TranscodingCorpus)],
]);

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'string' } },
});
const [kind = '', file] = positionals;
const run = KINDS.get(kind);
if (run === undefined || file === undefined) {
  console.error(`usage: npm run conformance -- ${[...KINDS.keys()].join('|')} FILE [--json FILE]`);
  process.exitCode = 2;
} else {
  const cases = await readCases(file);
  if (cases === undefined) process.exitCode = 2;
  else {
    const report = await run(cases);
    console.log(renderReport(report));
    if (values.json !== undefined) await writeFigures(values.json, report);
    process.exitCode = succeeded(report) ? 0 : 1;
  }
}

/** The content of a file of cases; undefined, and told why, where it cannot be read. */
async function readCases(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as unknown;
  } catch (error) {
    console.error(`${path} cannot be read: ${(error as Error).message}`);
    return undefined;
  }
}
