import { type EmbeddedPostgres, removeEmbeddedPostgres } from '@gatehouse/embedded-postgres';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type ChildExit, ChildService, type ChildServiceOptions } from './child-service.js';
import { type Ports, healthPort, inheritedEnvironment, type StartOptions } from './config.js';
import { dropDatabases, postgresFolder, prepareDatabases, startPostgres } from './databases.js';
import { takeLock } from './lock.js';
import { requireFreePorts } from './ports.js';
import { Secrets } from './secrets.js';
import { DATABASES, type ServiceSpec, type Surroundings } from './services.js';
import { StartFault } from './start-fault.js';
import { mailFolderOf, prepareSurroundings } from './surroundings.js';
import { Teardown } from './teardown.js';

/** Services end their calls in flight within this; nobody waits long for Ctrl-C. */
const DRAIN_TIMEOUT_MS = 5_000;

/** What a start makes in its folder, besides the lock. */
const MADE = ['last-known', 'logs', 'mail', 'postgres', 'running.json', 'secrets'];

/** Services that start side by side. */
export interface ServiceGroup {
  /** What whoever watches the start is told that starts now. */
  readonly name: string;
  readonly services: readonly ServiceSpec[];
}

/** What a system is made of; the real one is in start-system.ts. */
export interface SystemPlan {
  /** In the order in which they start: each group once the one before is ready. */
  readonly groups: readonly ServiceGroup[];
  /** Where a service's script is. */
  readonly mainOf: (spec: ServiceSpec) => string;
  /** Run once the databases are there, before the services start. */
  readonly beforeServices: () => Promise<void>;
  /** Run while the first group starts, with the settings each has: what needs their databases alone. */
  readonly seedDatabases: (
    environmentOf: (name: keyof Ports) => Readonly<Record<string, string>>,
  ) => Promise<void>;
  /** Run once the first group is ready: what its services make themselves. */
  readonly seedThroughServices: () => Promise<void>;
}

export type Progress = (text: string) => void;

/** The whole system on this machine: a server, the databases, the services. */
export class System {
  /** Rejects, with why, when something that runs ends by itself. */
  readonly failed: Promise<never>;
  private fail: (fault: StartFault) => void = () => undefined;
  private readonly teardown = new Teardown();
  private readonly children = new Map<string, ChildService>();
  private readonly abort = new AbortController();
  private postgres: EmbeddedPostgres | undefined;
  private starting: Promise<void> = Promise.resolve();

  constructor(
    private readonly options: StartOptions,
    private readonly plan: SystemPlan,
    private readonly progress: Progress,
  ) {
    this.failed = new Promise((_resolve, reject) => (this.fail = reject));
    this.failed.catch(() => undefined); // heard of by whoever races it, which may be nobody yet
  }

  get logFolder(): string {
    return join(this.options.folder, 'logs');
  }

  get mailFolder(): string {
    return mailFolderOf(this.options);
  }

  /**
   * Starts everything and resolves when all services are ready, or at the next step after {@link stop}.
   * @throws StartFault, EmbeddedPostgresError, MigrationError, ProvisionError
   */
  start(): Promise<void> {
    this.starting = this.run();
    return this.starting;
  }

  /** The services whose processes are there, ready or not. */
  get alive(): readonly string[] {
    return [...this.children].filter(([, child]) => child.isAlive).map(([name]) => name);
  }

  /**
   * Ends a service at once, as a crash would; with SIGTERM as a platform would.
   *
   * @param name such as `resources2`
   * @returns how it ended, once it has
   */
  async kill(name: string, signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<ChildExit> {
    return this.child(name).kill(signal);
  }

  /** Starts a service again, which is killed if it runs, and waits until it is ready. */
  async restart(name: string): Promise<void> {
    await (await this.relaunch(name)).ready(this.abort.signal);
  }

  /** The same without waiting: it may not become ready while something else is down. */
  async launch(name: string): Promise<void> {
    await this.relaunch(name);
  }

  /**
   * Stops the embedded server and starts it again at the same address.
   *
   * @param how `immediate` stops it without a checkpoint, so that it starts with a recovery, as after a crash
   */
  async restartPostgres(how: 'fast' | 'immediate' = 'fast'): Promise<void> {
    const server = this.postgres;
    if (server === undefined) throw new StartFault('The server of DATABASE_URL is not ours to restart.');
    this.postgres = undefined;
    await server.stop(how === 'immediate' ? 0 : undefined);
    await this.startPostgres(server.port);
  }

  /** Ends everything in order, each within a bound. */
  async stop(): Promise<void> {
    this.abort.abort();
    await this.starting.catch(() => undefined); // the step under way ends first, or it would leave things behind
    await this.teardown.run();
  }

  /** Ends the services at once; the PostgreSQL server follows when this process ends. */
  killAll(): void {
    for (const child of this.children.values()) void child.kill();
  }

  /**
   * Starts one more replica, with the settings of one that is there but for these, and waits until it is ready.
   *
   * @param name what it is called from then on
   * @param settings GATEHOUSE_ settings without the prefix; among them the ports, which no two replicas share
   */
  async add(
    name: string,
    like: keyof Ports,
    settings: Readonly<Record<string, string | number>> & { readonly HEALTH_PORT: number },
  ): Promise<void> {
    const { main, heapMiB, environment } = this.child(like).options;
    const child = await this.startChild({
      name,
      main,
      heapMiB,
      environment: { ...environment, ...prefixed(settings) },
      logFile: join(this.logFolder, `${name}.log`),
      readyUrl: `http://127.0.0.1:${settings.HEALTH_PORT}/readyz`,
    });
    await child.ready(this.abort.signal);
  }

  /** The process of a service, such as to see what it costs. */
  pidOf(name: string): number {
    return this.child(name).pid;
  }

  /** The settings that a service was started with. Secrets are named by their files. */
  settingsOf(name: keyof Ports): Readonly<Record<string, string>> {
    const { environment } = this.child(name).options;
    return Object.fromEntries(Object.entries(environment).filter(([key]) => key.startsWith('GATEHOUSE_')));
  }

  private async run(): Promise<void> {
    const { folder, fresh, ports, databaseUrl } = this.options;
    const { groups, beforeServices, seedDatabases, seedThroughServices } = this.plan;
    const services = groups.flatMap((group) => group.services);
    this.teardown.add(await takeLock(join(folder, 'lock')));
    await requireFreePorts(
      ports,
      services.map(({ name }) => name),
    );
    if (fresh) await this.beginAnew();
    await mkdir(this.logFolder, { recursive: true });
    this.progress(databaseUrl === undefined ? 'starting PostgreSQL' : 'using the PostgreSQL of DATABASE_URL');
    const adminUrl = databaseUrl ?? (await this.startPostgres());
    const secrets = new Secrets(join(folder, 'secrets'));
    if (this.abort.signal.aborted) return;
    this.progress('preparing databases');
    const surroundings = await prepareSurroundings(
      this.options,
      await prepareDatabases(adminUrl, secrets),
      secrets,
    );
    const environments = new Map(services.map((spec) => [spec.name, this.environment(spec, surroundings)]));
    if (this.abort.signal.aborted) return;
    await beforeServices();
    if (this.abort.signal.aborted) return;
    const [first, ...others] = groups;
    if (first === undefined) return;
    await Promise.all([
      this.startGroup(first, environments),
      seedDatabases((name) => environments.get(name) ?? {}),
    ]);
    if (this.abort.signal.aborted) return;
    await seedThroughServices();
    for (const group of others) {
      if (this.abort.signal.aborted) return;
      await this.startGroup(group, environments);
    }
  }

  private async beginAnew(): Promise<void> {
    const { folder, databaseUrl } = this.options;
    await removeEmbeddedPostgres(postgresFolder(folder));
    // Whoever names a folder by mistake keeps what else is in it.
    for (const name of MADE) await rm(join(folder, name), { recursive: true, force: true });
    if (databaseUrl !== undefined) await dropDatabases(databaseUrl);
  }

  private async startPostgres(port = this.options.ports.postgres): Promise<string> {
    const server = await startPostgres(this.options.folder, port);
    this.postgres = server;
    this.teardown.add(() => server.stop());
    void server.exited.then(() => {
      if (this.postgres === server)
        this.died(new StartFault(`PostgreSQL ended; see ${this.logFolder}/postgres.log.`));
    });
    return server.url;
  }

  /** Resolves when all of the group are ready. */
  private async startGroup(
    { name, services }: ServiceGroup,
    environments: ReadonlyMap<string, Readonly<Record<string, string>>>,
  ): Promise<void> {
    this.progress(`starting ${name}`);
    const children = await Promise.all(
      services.map((spec) =>
        this.startChild({
          name: spec.name,
          main: this.plan.mainOf(spec),
          heapMiB: spec.heapMiB,
          environment: environments.get(spec.name) ?? {},
          logFile: join(this.logFolder, `${spec.name}.log`),
          readyUrl: `http://127.0.0.1:${healthPort(this.options.ports[spec.name])}/readyz`,
        }),
      ),
    );
    await Promise.all(children.map((child) => child.ready(this.abort.signal)));
  }

  private async startChild(options: ChildServiceOptions): Promise<ChildService> {
    const child = await ChildService.start(options);
    this.children.set(options.name, child);
    this.teardown.add(() => child.stop());
    void child.endedByItself.then(async () => this.died(await child.fault('ended')));
    return child;
  }

  private async relaunch(name: string): Promise<ChildService> {
    const child = this.child(name);
    await child.kill();
    return this.startChild(child.options);
  }

  private child(name: string): ChildService {
    const child = this.children.get(name);
    if (child === undefined) throw new StartFault(`No service here is called ${name}.`);
    return child;
  }

  private environment(spec: ServiceSpec, surroundings: Surroundings): Readonly<Record<string, string>> {
    const port = this.options.ports[spec.name];
    const settings = {
      ENVIRONMENT: 'development',
      HOST: '127.0.0.1',
      HEALTH_PORT: healthPort(port),
      DRAIN_TIMEOUT_MS,
      ...(speaksGrpc(spec) ? { GRPC_PORT: port } : {}),
      ...spec.settings(surroundings),
    };
    return { ...inheritedEnvironment(), ...prefixed(settings) };
  }

  private died(fault: StartFault): void {
    if (!this.abort.signal.aborted) this.fail(fault);
  }
}

/** Those that own a database are those that serve a part of the contract. */
function speaksGrpc({ service }: ServiceSpec): boolean {
  return (DATABASES as readonly string[]).includes(service);
}

function prefixed(settings: Readonly<Record<string, string | number>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [`GATEHOUSE_${name}`, String(value)]),
  );
}
