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
  const report = await run(JSON.parse(await readFile(file, 'utf8')));
  console.log(renderReport(report));
  if (values.json !== undefined) await writeFigures(values.json, report);
  process.exitCode = succeeded(report) ? 0 : 1;
}
