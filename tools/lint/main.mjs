// The rules of the house that a linter of single files cannot see. Prints
// every breach and exits 1 when there is one.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { checkDocument } from './document-rules.mjs';
import { checkFile } from './file-rules.mjs';
import { checkImports } from './import-rules.mjs';

const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  encoding: 'utf8',
});
const files = tracked.split('\n').filter((path) => path !== '' && !path.includes('/gen/'));
const breaches = files.flatMap((path) => {
  const text = /\.(ts|mjs|md)$/.test(path) ? read(path) : undefined;
  if (text === undefined) return [];
  return path.endsWith('.md')
    ? checkDocument(path, text)
    : [...checkFile(path, text), ...checkImports(path, text)];
});
for (const breach of breaches) console.error(breach);
console.log(`${files.length} files, ${breaches.length} breaches of the rules of the house`);
process.exitCode = breaches.length > 0 ? 1 : 0;

/** A file that git still lists but that is gone is nothing to check. */
function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
