import { run } from './run.js';

/** A container engine, and how compose is called here. */
export interface Engine {
  readonly docker: string;
  readonly compose: readonly string[];
  /** Of compose, such as `2.26.1`. */
  readonly version: string;
}

/** Which compose to take where there are several: `docker compose` or `docker-compose`. */
const WANTED = process.env['E2E_COMPOSE'];

const COMPOSES: readonly (readonly string[])[] = [['docker', 'compose'], ['docker-compose']];

/** Looks for an engine that answers and a compose that speaks with it; undefined, and why, when there is none. */
export async function findEngine(): Promise<Engine | { readonly missing: string }> {
  try {
    await run(['docker', 'version', '--format', '{{.Server.Version}}']);
  } catch {
    return { missing: 'no container engine answers `docker version`' };
  }
  for (const compose of COMPOSES) {
    if (WANTED !== undefined && WANTED !== compose.join(' ')) continue;
    try {
      const version = await run([...compose, 'version', '--short']);
      return { docker: 'docker', compose, version: version.trim() };
    } catch {
      // The next one, then.
    }
  }
  return { missing: `${WANTED ?? 'neither `docker compose` nor `docker-compose`'} is there` };
}
