import { randomInt } from 'node:crypto';
import { healthPort, type Ports } from './config.js';
import { problemWithPort } from './ports.js';
import { FAKE_PROVIDERS, SERVICES } from './services.js';

/** Ports that are free now, together with those of their health: for a system that runs beside another one. */
export async function freePorts(): Promise<Ports> {
  const ports: Record<string, number> = { postgres: 0 };
  const processes = [...SERVICES, ...FAKE_PROVIDERS].map(({ name }) => name);
  for (const name of [...processes, 'auth_http', 'auth2_http']) {
    let port: number;
    do port = await freePort();
    while (Object.values(ports).includes(port));
    ports[name] = port;
  }
  return ports as Ports;
}

/** A port that is free now, together with that of its health. */
export async function freePort(): Promise<number> {
  for (;;) {
    // Below where systems begin to take ports for outgoing connections (32,768 on Linux), health included.
    const port = randomInt(12_000, 22_000);
    if ((await isFree(port)) && (await isFree(healthPort(port)))) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  return (await problemWithPort(port)) === undefined;
}
