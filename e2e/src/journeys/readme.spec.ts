import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';
import { sharedSystem } from '../system/shared-system.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const present = ['bash', 'curl', 'sed'].every((command) => spawnSync(command, ['--version']).status === 0);

/** The shell blocks of the section "Try it", as one script against this system's ports. */
function scriptOfReadme(): string {
  const readme = readFileSync(`${ROOT}/README.md`, 'utf8');
  const section = readme.slice(readme.indexOf('## Try it'), readme.indexOf('## The route of a request'));
  const blocks = [...section.matchAll(/^```sh\n(.*?)^```/gms)].map(([, block]) => block);
  const { gateway } = sharedSystem().addresses;
  return ['set -euo pipefail', ...blocks, 'echo']
    .join('\n')
    .replaceAll('http://127.0.0.1:8080', gateway)
    .replaceAll('127.0.0.1:8080', new URL(gateway).host);
}

(present ? it : it.skip)('what the README says to paste does what it says', async () => {
  const { stdout } = await promisify(execFile)('bash', ['-c', scriptOfReadme()], { cwd: ROOT });
  const [list, refusal, change, removal] = stdout.replaceAll('}{', '}\n{').split('\n');
  expect(JSON.parse(list ?? '')).toMatchObject({ resources: expect.any(Array) });
  expect(JSON.parse(refusal ?? '')).toMatchObject({
    status: 403,
    reason: 'PERMISSION_MISSING',
    metadata: { permission: 'resources:delete' },
  });
  expect(JSON.parse(change ?? '')).toMatchObject({ title: 'Mine', content: 'changed' });
  expect(removal).toMatch(/^\{\}/);
  expect(stdout).toContain('How to read this system');
  const last = stdout.trimEnd().split('}{').at(-1);
  expect(JSON.parse(`{${last?.replace(/^\{/, '')}`)).toMatchObject({
    status: 401,
    reason: 'UNAUTHENTICATED',
  });
});
