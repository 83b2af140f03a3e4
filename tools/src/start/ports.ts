import { createServer } from 'node:net';
import { healthPort, isPortName, type Ports, portVariable } from './config.js';
import { StartFault } from './start-fault.js';

/** Looks before anything is started, so that a taken port leaves nothing half begun. @throws StartFault */
export async function requireFreePorts(ports: Ports, names: readonly (keyof Ports)[]): Promise<void> {
  const wanted = names.flatMap((name) => portsOf(ports, name));
  const twice = wanted.find(({ port }, i) => wanted.findIndex((other) => other.port === port) !== i);
  if (twice)
    throw new StartFault(`Port ${twice.port} is meant for two services: see ${portVariable(twice.name)}.`);
  for (const { name, port } of wanted) {
    const problem = await problemWithPort(port);
    if (problem === undefined) continue;
    const what = problem === 'EACCES' ? 'is not allowed to this user' : 'is taken';
    throw new StartFault(
      `Port ${port}, meant for ${name}, ${what}: end what uses it, or set ${portVariable(name)} to another one.`,
    );
  }
}

/** All that a process listens on. */
function portsOf(ports: Ports, name: keyof Ports): readonly { name: keyof Ports; port: number }[] {
  const http = `${name}_http`;
  const own = [ports[name], healthPort(ports[name])].map((port) => ({ name, port }));
  return isPortName(http) ? [...own, { name: http, port: ports[http] }] : own;
}

/** Why the port cannot be listened on: an error code, or undefined when it can. */
export function problemWithPort(port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(undefined)));
  });
}
