import { execFileSync } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repositoryRoot } from '../../repository-root.js';

/** The folder that the secrets of the development overlay are made in, below the overlays. */
export const DEV_SECRETS = 'dev/data/secrets';

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
      filter: (source) => !source.endsWith(DEV_SECRETS),
    });
    const overlays = join(copy, 'overlays');
    const make = join(repositoryRoot, 'deploy/docker/make-secrets.sh');
    execFileSync(make, [join(overlays, DEV_SECRETS)], { stdio: 'ignore' });
    return await work(overlays);
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}
