import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { DEMO_ACCOUNTS, freePort, freePorts, healthPort, type Ports } from '@gatehouse/tools/start';
import { residentMb } from '../gateway/measure.js';
import { childrenOf } from '../process-cpu.js';

/** What one start of the system showed. */
export interface Started {
  /** From the command until someone was signed in. */
  readonly signInSeconds: number;
  /** From the command until two replicas of everything were ready. */
  readonly wholeSeconds: number;
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
 * @throws Error when it ends by itself, or nobody is signed in within two minutes, or not all is ready within two more
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
    const sinceBegun = () => (performance.now() - begun) / 1_000;
    await Promise.race([firstSignIn(ports.gateway), ended]);
    const signInSeconds = sinceBegun();
    await Promise.race([secondOnesReady(ports), ended]);
    const wholeSeconds = sinceBegun();
    await delay(IDLE_MS);
    return { signInSeconds, wholeSeconds, idleMb: await heldByServices(pid) };
  } finally {
    if (child.exitCode === null) process.kill(-pid, 'SIGINT');
    await exited;
  }
}

function firstSignIn(port: number): Promise<void> {
  const [{ email, password }] = DEMO_ACCOUNTS as readonly [(typeof DEMO_ACCOUNTS)[number]];
  const request = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  };
  return untilOk(`http://127.0.0.1:${port}/v1/auth/login`, request);
}

/** The second replica of each service starts when the first one of all is ready. */
async function secondOnesReady(ports: Ports): Promise<void> {
  const seconds = ['auth2', 'users2', 'resources2', 'gateway2'] as const;
  await Promise.all(seconds.map((name) => untilOk(`http://127.0.0.1:${healthPort(ports[name])}/readyz`)));
}

async function untilOk(url: string, request?: RequestInit): Promise<void> {
  for (const end = performance.now() + GIVE_UP_MS; performance.now() < end; await delay(50)) {
    const answer = await fetch(url, request).catch(() => undefined);
    if (answer?.status === 200) return;
  }
  throw new Error(`${url} did not answer as it does in a system that runs`);
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
