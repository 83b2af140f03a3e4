import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { repositoryRoot } from '../repository-root.js';
import { readAlerts } from './expressions.js';

describe('the runbooks', () => {
  it('have a section for every alert, in the same order, and no other', async () => {
    const text = await readFile(join(repositoryRoot, 'docs/runbooks.md'), 'utf8');
    const sections = [...text.matchAll(/^## (.+)$/gm)].map(([, name]) => name);
    expect(sections).toEqual((await readAlerts()).map(({ alert }) => alert));
  });
});
