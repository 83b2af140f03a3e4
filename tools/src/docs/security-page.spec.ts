import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../repository-root.js';

const page = readFileSync(join(repositoryRoot, 'SECURITY.md'), 'utf8');

/** The rows of the tables that say by what each guarantee is proved. */
const guarantees = page
  .split('\n\n')
  .filter((part) => part.startsWith('| guarantee | proved by |'))
  .flatMap((table) => table.trimEnd().split('\n').slice(2));

const specsIn = (row: string) => [...row.matchAll(/`([^`\s]+\.spec\.ts)`/g)].map(([, path = '']) => path);

describe('the guarantees of SECURITY.md', () => {
  it('are found', () => {
    expect(guarantees.length).toBeGreaterThan(20);
  });

  it.each(guarantees)('name a spec that is there: %s', (row) => {
    const specs = specsIn(row);
    expect(specs).not.toEqual([]);
    expect(specs.filter((path) => !existsSync(join(repositoryRoot, path)))).toEqual([]);
  });
});
