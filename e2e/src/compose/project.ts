import { run } from './run.js';

/** What compose is told on every call; plain data, so that it crosses processes. */
export interface ProjectFacts {
  readonly name: string;
  /** `docker compose`, or `docker-compose`. */
  readonly compose: readonly string[];
  readonly files: readonly string[];
  /** The variables that the compose file reads. */
  readonly variables: Readonly<Record<string, string>>;
}

/** A minute and a half for PostgreSQL, the jobs and every service, on a busy machine more. */
const UP_MS = 300_000;

/** A project of compose, and its containers. */
export class Project {
  constructor(readonly facts: ProjectFacts) {}

  /** Runs a command of compose, such as `up -d`. */
  compose(...args: string[]): Promise<string> {
    const { compose, files, name, variables } = this.facts;
    return run([...compose, '-p', name, ...files.flatMap((file) => ['-f', file]), ...args], {
      environment: { ...process.env, ...variables },
      timeoutMs: UP_MS,
    });
  }

  /** The IDs of a service's containers, running or not, by their number. */
  async containersOf(service: string): Promise<readonly string[]> {
    const labels = { project: this.facts.name, service };
    const filters = Object.entries(labels).flatMap(([key, value]) => [
      '--filter',
      `label=com.docker.compose.${key}=${value}`,
    ]);
    const format = '{{.Label "com.docker.compose.container-number"}} {{.ID}}';
    const shown = await run(['docker', 'ps', '-a', '--no-trunc', ...filters, '--format', format]);
    const lines = shown.split('\n').filter((line) => line !== '');
    const numbered = lines.map((line) => line.split(' ') as [string, string]);
    return numbered.sort(([one], [other]) => Number(one) - Number(other)).map(([, id]) => id);
  }

  /** The only container of a service. @throws Error when there is none */
  async containerOf(service: string): Promise<string> {
    const [id] = await this.containersOf(service);
    if (id === undefined) throw new Error(`${service} has no container`);
    return id;
  }

  /** What those say last that ended badly or are not well. */
  async complaints(): Promise<string> {
    const mine = ['--filter', `label=com.docker.compose.project=${this.facts.name}`];
    const shown = await run(['docker', 'ps', '-a', ...mine, '--format', '{{.Names}}\t{{.Status}}']);
    const ill = shown.split('\n').filter((line) => /unhealthy|Exited \([^0]/.test(line));
    const said = ill.map(async (line) => {
      const [name = ''] = line.split('\t');
      const log = await run(['docker', 'logs', '--tail', '5', name], { withErrors: true }).catch(String);
      return `${line}\n${log.slice(-2_000)}`;
    });
    return (await Promise.all(said)).join('\n');
  }

  /** The name by which the engine knows a network of the compose file. */
  network(name: string): string {
    return `${this.facts.name}_${name}`;
  }

  /** Ends and deletes all of it: containers, networks, data. */
  async remove(): Promise<void> {
    await this.compose('down', '-v', '--remove-orphans', '--timeout', '5');
  }
}
