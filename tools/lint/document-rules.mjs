import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

const TOP = /^(libs|services|proto|deploy|e2e|bench|docs|tools)\//;

/** Returns the links and paths of a document that lead nowhere, a sentence each. */
export function checkDocument(path, text) {
  const prose = text.replace(/^```.*?^```/gms, '');
  const links = [...prose.matchAll(/\]\(([^)#\s]+)(#[^)]*)?\)/g)]
    .map(([, target]) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => join(dirname(path), target));
  const mentions = [...prose.matchAll(/`([^`\s]+)`/g)]
    .map(([, mention]) => mention)
    .filter((mention) => TOP.test(mention) && !/[*<>{}$]/.test(mention) && !mention.includes('...'))
    .filter((mention) => !mention.includes('/dist/') && !mention.includes('NNNN'));
  return [...links, ...mentions]
    .filter((target) => !existsSync(target))
    .map((target) => `${path}: ${target} is not there`);
}
