import { repositoryRoot } from './repository-root.js';
import { run } from './run.js';

/** What the cluster is made of; each has its own package. */
export const IMAGES = ['auth', 'users', 'resources', 'gateway', 'migrations'] as const;

/** Of the images that are made for these runs: those of a developer keep their tags. */
export const E2E_VERSION = '0.1.0-e2e';

/** Five minutes for what npm fetches, on a slow line. */
const BUILD_MS = 600_000;

/**
 * Builds every image from this checkout by the one recipe; the builder's cache makes that seconds when nothing has
 * changed. NODE_IMAGE and BUILD_IMAGE of the environment are the recipe's arguments.
 */
export async function buildImages(): Promise<void> {
  const environment = { DOCKER_BUILDKIT: '1', ...process.env };
  const bases = ['NODE_IMAGE', 'BUILD_IMAGE'].flatMap((name) =>
    process.env[name] ? ['--build-arg', `${name}=${process.env[name]}`] : [],
  );
  for (const service of IMAGES) {
    const parameters = ['-q', '-f', `${repositoryRoot}/deploy/docker/Dockerfile`, ...bases];
    const names = ['--build-arg', `SERVICE=${service}`, '--build-arg', `VERSION=${E2E_VERSION}`];
    const tag = ['-t', `gatehouse/${service}:${E2E_VERSION}`];
    await run(['docker', 'build', ...parameters, ...names, ...tag, repositoryRoot], {
      environment,
      timeoutMs: BUILD_MS,
    });
  }
}
