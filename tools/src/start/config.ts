import { resolve } from 'node:path';
import { repositoryRoot } from '../repository-root.js';
import { StartFault } from './start-fault.js';

const PORT_PREFIX = 'GATEHOUSE_PORT_';

/** Ports by the name of the process that gets them. Each is set by GATEHOUSE_PORT_<NAME>. */
const DEFAULT_PORTS = {
  gateway: 8080,
  gateway2: 8081,
  auth: 5001,
  auth2: 5011,
  /** Where each replica of auth serves browsers and OAuth clients. */
  auth_http: 5101,
  auth2_http: 5111,
  users: 5002,
  users2: 5012,
  resources: 5003,
  resources2: 5013,
  /** Where fakes play identity providers, when they are asked for. */
  google: 5201,
  github: 5202,
  /** 0 takes a free one: only the services connect. */
  postgres: 0,
};

/** A service answers /livez and /readyz on the port this far above its own. */
const HEALTH_OFFSET = 10_000;

export type Ports = Readonly<Record<keyof typeof DEFAULT_PORTS, number>>;

/** Whether something has a port of this name. */
export function isPortName(name: string): name is keyof Ports {
  return Object.hasOwn(DEFAULT_PORTS, name);
}

export interface StartOptions {
  /** Everything that is kept: data, secrets, logs, the lock. */
  readonly folder: string;
  readonly fresh: boolean;
  /** Whether a fake Google and a fake GitHub run, to sign in with. */
  readonly social?: boolean;
  /** A server of one's own, by a role that may create databases and roles; else the embedded one. */
  readonly databaseUrl: string | undefined;
  readonly ports: Ports;
}

/** @throws StartFault */
export function readStartOptions(args: readonly string[], environment = process.env): StartOptions {
  const stranger = args.find((arg) => !['--fresh', '--social'].includes(arg));
  if (stranger !== undefined)
    throw new StartFault(`"${stranger}" is no option of npm start; --fresh and --social are.`);
  const variables = new Set(Object.keys(DEFAULT_PORTS).map(portVariable));
  const misspelt = Object.keys(environment).find(
    (variable) => variable.startsWith(PORT_PREFIX) && !variables.has(variable),
  );
  if (misspelt !== undefined)
    throw new StartFault(`${misspelt} is the port of nothing; there are ${[...variables].join(', ')}.`);
  const ports = Object.entries(DEFAULT_PORTS).map(([name, port]) => [
    name,
    readPort(name, port, environment),
  ]);
  return {
    folder: resolve(repositoryRoot, environment['GATEHOUSE_DATA'] || '.gatehouse'),
    fresh: args.includes('--fresh'),
    social: args.includes('--social'),
    databaseUrl: readDatabaseUrl(environment['DATABASE_URL']),
    ports: Object.fromEntries(ports) as Ports,
  };
}

export function healthPort(port: number): number {
  return port + HEALTH_OFFSET;
}

/** What a service gets of our environment: enough to run, and none of our own settings. */
export function inheritedEnvironment(environment = process.env): Record<string, string> {
  const names = ['PATH', 'HOME', 'LANG', 'TMPDIR', 'NODE_EXTRA_CA_CERTS'];
  return Object.fromEntries(names.flatMap((name) => (environment[name] ? [[name, environment[name]]] : [])));
}

function readDatabaseUrl(text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined;
  if (/^postgres(ql)?:$/.test(URL.parse(text)?.protocol ?? '')) return text;
  throw new StartFault('DATABASE_URL must be of the form postgres://role:password@host:port/database.');
}

function readPort(name: string, standard: number, environment: NodeJS.ProcessEnv): number {
  const variable = portVariable(name);
  const text = environment[variable];
  if (text === undefined || text === '') return standard;
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port <= 65_535 - HEALTH_OFFSET) return port;
  throw new StartFault(`${variable} must be a port from 1 to ${65_535 - HEALTH_OFFSET}, not "${text}".`);
}

export function portVariable(name: string): string {
  return PORT_PREFIX + name.toUpperCase();
}
