import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../repository-root.js';

const read = (path: string) => readFileSync(join(repositoryRoot, path), 'utf8');

/** The settings that a schema declares: its members in capitals. */
const declaredIn = (path: string) =>
  [...read(path).matchAll(/^ +([A-Z][A-Z_]+):/gm)].map(([, name = '']) => name);

const sources = [
  'libs/config/src/service-settings.ts',
  'services/auth/src/config.ts',
  'services/users/src/config.ts',
  'services/resources/src/config.ts',
];

describe('docs/settings.md', () => {
  const page = read('docs/settings.md');

  it.each(sources)('tells every setting of %s', (path) => {
    const declared = declaredIn(path);
    expect(declared.length).toBeGreaterThan(3);
    expect(declared.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });

  it('tells none that does not exist', () => {
    const told = [...page.matchAll(/^\| (`[A-Z_`, ]+) \|/gm)].flatMap(([, names = '']) =>
      names.split(', ').map((name) => name.replaceAll('`', '')),
    );
    const declared = new Set(sources.flatMap(declaredIn));
    expect(told.length).toBeGreaterThan(20);
    expect(told.filter((name) => !declared.has(name))).toEqual([]);
  });
});

describe('the README of the gateway', () => {
  it('tells every setting that is its own, as the page leads there for them', () => {
    const readme = read('services/gateway/README.md');
    const declared = declaredIn('services/gateway/src/config.ts');
    expect(declared.filter((name) => !readme.includes(`\`${name}\``))).toEqual([]);
  });
});
