import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { readRecipe } from './read-recipe.js';

const root = new URL('../../../', import.meta.url);
const read = (file: string) => readFileSync(new URL(file, root), 'utf8');

describe('the recipe of CONTRIBUTING.md', () => {
  const steps = readRecipe(read('CONTRIBUTING.md'));

  it('touches the contract, the store, one new handler, the controller and the matrix, and nothing else', () => {
    expect([...new Set(steps.map(({ file }) => file))]).toEqual([
      'proto/gatehouse/resources/v1/resource_service.proto',
      'services/resources/src/resource/resource.store.ts',
      'services/resources/src/resource/count-resources.ts',
      'services/resources/src/resource/resource.controller.ts',
      'e2e/src/matrix/expectations/resources.ts',
    ]);
  });

  it.each(steps.filter(({ before }) => before !== undefined))(
    'names a place that is there once in $file',
    (step) => {
      expect(read(step.file).split(step.before ?? '')).toHaveLength(2);
    },
  );

  it('is refused when it is missing', () => {
    expect(() => readRecipe('# Contributing\n')).toThrow('no recipe');
  });
});
