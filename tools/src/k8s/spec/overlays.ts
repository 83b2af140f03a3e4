import { execFileSync } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repositoryRoot } from '../../repository-root.js';

/** What the README has made for the development overlay: the script, and its folder below the overlays. */
const MADE = [
  ['make-secrets.sh', 'dev/data/secrets'],
  ['make-certificates.sh', 'dev/data/certificates'],
] as const;

/**
 * Works with a copy of `deploy/k8s/overlays` whose development secrets were made as the README says.
 *
 * @param work gets the folder of the copied overlays
 */
export async function withOverlays<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
  const copy = await mkdtemp(join(tmpdir(), 'gatehouse-k8s-'));
  try {
    await cp(join(repositoryRoot, 'deploy/k8s'), copy, {
      recursive: true,
      filter: (source) => !MADE.some(([, folder]) => source.endsWith(folder)),
    });
    const overlays = join(copy, 'overlays');
    for (const [script, folder] of MADE) {
      const path = join(repositoryRoot, 'deploy/docker', script);
      execFileSync(path, [join(overlays, folder)], { stdio: 'ignore' });
    }
    return await work(overlays);
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}
