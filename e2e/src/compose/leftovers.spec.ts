import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, it } from '@jest/globals';
import { E2E_VERSION } from './images.js';
import { removeLeftovers } from './leftovers.js';
import { run } from './run.js';
import { sharedProject } from './shared-project.js';

const project = sharedProject();

it('what a run left behind that was killed is deleted, and nothing of one that goes on', async () => {
  const gone = spawn(process.execPath, ['-e', '']);
  await once(gone, 'exit');
  const folder = await mkdtemp(join(tmpdir(), `gatehouse-compose-${gone.pid}-`));
  const name = basename(folder).toLowerCase();
  await run(['docker', 'network', 'create', '--internal', `${name}_edge`]);
  await run(['docker', 'volume', 'create', `${name}_data`]);
  const container = [
    '--name',
    `${name}_auth_1`,
    '--network',
    `${name}_edge`,
    '--volume',
    `${name}_data:/data`,
  ];
  await run(['docker', 'run', '--detach', ...container, `gatehouse/auth:${E2E_VERSION}`]);

  await removeLeftovers();

  const left = await Promise.all([
    run(['docker', 'ps', '--all', '--format', '{{.Names}}']),
    run(['docker', 'network', 'ls', '--format', '{{.Name}}']),
    run(['docker', 'volume', 'ls', '--format', '{{.Name}}']),
  ]);
  expect(left.join('\n')).not.toContain(name);
  expect(await readdir(tmpdir())).not.toContain(basename(folder));
  for (const shown of left) expect(shown).toContain(project.facts.name);
});
