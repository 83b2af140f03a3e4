import { join } from 'node:path';
import { DEMO_ACCOUNTS, type DemoAccount, seedAccounts } from '../seed/accounts.js';
import { seedResources } from '../seed/resources.js';
import { repositoryRoot } from '../repository-root.js';
import { healthPort, type StartOptions } from './config.js';
import { FAKE_PROVIDERS, fakeUrl, gatewayUrl, providersOfAuth, SERVICES } from './services.js';
import { type Progress, System } from './system.js';

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
  readonly progress?: Progress;
  /** Run once the databases are there, before the services start. */
  readonly beforeServices?: () => Promise<void>;
  /** Settings that differ, by service: GATEHOUSE_ settings without the prefix. */
  readonly settings?: Readonly<Record<string, Readonly<Record<string, string | number>>>>;
}

/** The system of this checkout, not yet started. */
export function thisSystem(options: StartOptions, hooks: StartHooks = {}): System {
  const { progress = () => undefined, beforeServices = async () => {}, settings = {} } = hooks;
  const social = options.social === true;
  return new System(
    options,
    {
      services: [...(social ? FAKE_PROVIDERS : []), ...SERVICES].map((spec) => ({
        ...spec,
        settings: (surroundings) => ({
          ...spec.settings(surroundings),
          ...(social && spec.service === 'auth' ? providersOfAuth(surroundings) : {}),
          ...settings[spec.service],
        }),
      })),
      mainOf: (spec) => {
        const folder = FAKE_PROVIDERS.some(({ service }) => service === spec.service) ? 'libs' : 'services';
        return join(repositoryRoot, folder, spec.service, 'dist', 'main.js');
      },
      beforeServices,
      seedDatabases: (environmentOf) => seedAccounts(environmentOf('auth')),
      seedThroughServices: () => seedResources(gatewayUrl(options.ports)),
    },
    progress,
  );
}

/**
 * Starts the system of this checkout, for tests that drive it from outside. Whatever was begun is ended again
 * when it does not come up.
 * @throws StartFault, EmbeddedPostgresError, MigrationError, ProvisionError
 */
export async function startSystem(options: StartOptions, hooks?: StartHooks): Promise<RunningSystem> {
  const system = thisSystem(options, hooks);
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
