import { join } from 'node:path';
import { DEMO_ACCOUNTS, type DemoAccount, seedAccounts } from '../seed/accounts.js';
import { seedResources } from '../seed/resources.js';
import { repositoryRoot } from '../repository-root.js';
import { healthPort, type StartOptions } from './config.js';
import {
  FAKE_PROVIDERS,
  fakeUrl,
  FIRST_REPLICAS,
  gatewayUrl,
  providersOfAuth,
  SECOND_REPLICAS,
  SERVICES,
  type ServiceSpec,
} from './services.js';
import { type Progress, type ServiceGroup, System, type SystemPlan } from './system.js';

/** Where everything of a running system is found. */
export interface SystemAddresses {
  /** The base URL of each replica of the gateway. */
  readonly gateways: readonly string[];
  /** `host:port` of each replica's gRPC face. */
  readonly auth: readonly string[];
  readonly users: readonly string[];
  readonly resources: readonly string[];
  /** The base URL of every process's health port. */
  readonly health: readonly string[];
  /** The fakes that play Google and GitHub, where there are any. */
  readonly providers: readonly string[];
}

/** A system that runs. */
export interface RunningSystem {
  /** The gateway's base URL. */
  readonly url: string;
  readonly addresses: SystemAddresses;
  readonly accounts: readonly DemoAccount[];
  readonly logFolder: string;
  /** Each mail is a file here. */
  readonly mailFolder: string;
  /** To end it, and to break it on purpose: `stop`, `kill`, `restart`, `launch`, `restartPostgres`, `alive`, `failed`. */
  readonly system: System;
}

/** What a start lets others see and do on the way. */
export interface StartHooks {
  /** Run once the databases are there, before the services start. */
  readonly beforeServices?: () => Promise<void>;
  /** Settings that differ, by service: GATEHOUSE_ settings without the prefix. */
  readonly settings?: Readonly<Record<string, Readonly<Record<string, string | number>>>>;
}

/** The system of this checkout, not yet started: people can sign in once the first replicas are there. */
export function thisSystem(options: StartOptions, progress: Progress): System {
  const groups = [
    { name: 'services', services: firstReplicas(options) },
    { name: `their second replicas, while ${gatewayUrl(options.ports)} answers`, services: SECOND_REPLICAS },
  ];
  return new System(options, planOf(options, groups), progress);
}

/**
 * Starts the system of this checkout, for tests that drive it from outside: all of it side by side, as they begin with all of
 * it. Whatever was begun is ended again when it does not come up.
 * @throws StartFault, EmbeddedPostgresError, MigrationError, ProvisionError
 */
export async function startSystem(options: StartOptions, hooks?: StartHooks): Promise<RunningSystem> {
  const groups = [{ name: 'services', services: [...firstReplicas(options), ...SECOND_REPLICAS] }];
  const system = new System(options, planOf(options, groups, hooks), () => undefined);
  try {
    await Promise.race([system.start(), system.failed]);
  } catch (error) {
    await system.stop();
    throw error;
  }
  return describeSystem(system, options);
}

export function describeSystem(system: System, { ports, social }: StartOptions): RunningSystem {
  const address = (port: number) => `127.0.0.1:${port}`;
  return {
    url: gatewayUrl(ports),
    addresses: {
      gateways: [ports.gateway, ports.gateway2].map((port) => `http://${address(port)}`),
      auth: [address(ports.auth), address(ports.auth2)],
      users: [address(ports.users), address(ports.users2)],
      resources: [address(ports.resources), address(ports.resources2)],
      health: SERVICES.map(({ name }) => `http://${address(healthPort(ports[name]))}`),
      providers: social ? [fakeUrl(ports, 'google'), fakeUrl(ports, 'github')] : [],
    },
    accounts: DEMO_ACCOUNTS,
    logFolder: system.logFolder,
    mailFolder: system.mailFolder,
    system,
  };
}

function firstReplicas({ social }: StartOptions): readonly ServiceSpec[] {
  return [...(social ? FAKE_PROVIDERS : []), ...FIRST_REPLICAS];
}

function planOf(options: StartOptions, groups: readonly ServiceGroup[], hooks: StartHooks = {}): SystemPlan {
  const { beforeServices = async () => {}, settings = {} } = hooks;
  const configured = (spec: ServiceSpec): ServiceSpec => ({
    ...spec,
    settings: (surroundings) => ({
      ...spec.settings(surroundings),
      ...(options.social && spec.service === 'auth' ? providersOfAuth(surroundings) : {}),
      ...settings[spec.service],
    }),
  });
  return {
    groups: groups.map(({ name, services }) => ({ name, services: services.map(configured) })),
    mainOf: (spec) => {
      const folder = FAKE_PROVIDERS.some(({ service }) => service === spec.service) ? 'libs' : 'services';
      return join(repositoryRoot, folder, spec.service, 'dist', 'main.js');
    },
    beforeServices,
    seedDatabases: (environmentOf) => seedAccounts(environmentOf('auth')),
    seedThroughServices: () => seedResources(gatewayUrl(options.ports)),
  };
}
