import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { DEMO_ACCOUNTS, freePort, freePorts } from '@gatehouse/tools/start';
import { residentMb } from '../gateway/measure.js';
import { childrenOf } from '../process-cpu.js';

/** What one start of the system showed. */
export interface Started {
  /** From the command until someone was signed in. */
  readonly seconds: number;
  /** What a replica of each service holds after a while in which nobody called, the larger one, in megabytes. */
  readonly idleMb: ReadonlyMap<string, number>;
}

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

const GIVE_UP_MS = 120_000;
/** V8 looks every eight seconds whether a process is idle, and gives back what it does not need once it is. */
const IDLE_MS = 30_000;

/**
 * Runs `npm start` with a folder of its own and ends it.
 *
 * @throws Error when it ends by itself, or nobody is signed in within two minutes
 */
export async function startOnce(folder: string): Promise<Started> {
  const ports = { ...(await freePorts()), postgres: await freePort() };
  const settings = Object.entries(ports).map(([name, port]) => [
    `GATEHOUSE_PORT_${name.toUpperCase()}`,
    `${port}`,
  ]);
  const env = { ...process.env, ...Object.fromEntries(settings), DATABASE_URL: '', GATEHOUSE_DATA: folder };
  const begun = performance.now();
  // A group of its own gets the signal as one at a terminal does.
  const child = spawn('npm', ['start'], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
    detached: true,
  });
  const pid = child.pid ?? 0;
  const exited = once(child, 'exit');
  try {
    const ended = exited.then(() => Promise.reject(new Error('npm start has ended')));
    await Promise.race([firstSignIn(ports.gateway), ended]);
    const seconds = (performance.now() - begun) / 1_000;
    await delay(IDLE_MS);
    return { seconds, idleMb: await heldByServices(pid) };
  } finally {
    if (child.exitCode === null) process.kill(-pid, 'SIGINT');
    await exited;
  }
}

async function firstSignIn(port: number): Promise<void> {
  const [{ email, password }] = DEMO_ACCOUNTS as readonly [(typeof DEMO_ACCOUNTS)[number]];
  const request = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  };
  for (const end = performance.now() + GIVE_UP_MS; performance.now() < end; await delay(50)) {
    const answer = await fetch(`http://127.0.0.1:${port}/v1/auth/login`, request).catch(() => undefined);
    if (answer?.status === 200) return;
  }
  throw new Error('nobody could sign in');
}

async function heldByServices(pid: number): Promise<ReadonlyMap<string, number>> {
  const held = new Map<string, number>();
  for (const descendant of await descendantsOf(pid)) {
    const command = await readFile(`/proc/${descendant}/cmdline`, 'utf8').catch(() => '');
    const service = /\/services\/(\w+)\/dist\/main\.js/.exec(command)?.[1];
    if (service === undefined) continue;
    held.set(service, Math.max(held.get(service) ?? 0, await residentMb([descendant])));
  }
  return held;
}

async function descendantsOf(pid: number): Promise<number[]> {
  const children = await childrenOf(pid);
  return [...children, ...(await Promise.all(children.map(descendantsOf))).flat()];
}
