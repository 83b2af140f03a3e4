import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { ServiceIdentity } from '@gatehouse/guard';
import { cpuTimes, familyOf, spentBetween } from '../process-cpu.js';
import type { Stage } from '../credentials/stage.js';
import { spawnPeer } from '../peer.js';
import type { CrowdOptions } from './crowd-process.js';

/** What so many verifiers cost, and how soon they knew. CPU in microseconds per second of the clock. */
export interface FeedMeasurement {
  readonly verifiers: number;
  /** Of all replicas of auth, and of PostgreSQL, while the verifiers only ping. */
  readonly followedCpu: Cpu;
  /** The same while revocations are made. */
  readonly revokingCpu: Cpu;
  /** Revocations made per second. */
  readonly rate: number;
  /** From before the call of Revoke to applying it, in milliseconds, of every verifier and revocation. */
  readonly delaysMs: readonly number[];
  /** Verifiers times revocations that never arrived. */
  readonly missing: number;
}

export interface Cpu {
  readonly auth: number;
  readonly postgres: number;
}

const SECONDS = 10;
const RATE = 4;
/** How long the last revocation may take to arrive, in milliseconds. */
const SETTLE_MS = 3_000;

/** What auth and its database do while nobody follows but the services of the system. */
export async function measureIdle(stage: Stage): Promise<Cpu> {
  return spent(stage, () => delay(SECONDS * 1_000));
}

/** Lets so many verifiers follow, half of them each replica of auth, and revokes meanwhile. */
export async function measureFeed(stage: Stage, verifiers: number): Promise<FeedMeasurement> {
  const { auth } = stage.running.addresses;
  const accessToken = await serviceToken(stage);
  const crowd = spawnPeer(new URL('./crowd-process.js', import.meta.url));
  try {
    for (const address of auth) {
      const half = Math.ceil(verifiers / auth.length);
      await crowd.ask('follow', { address, accessToken, verifiers: half } satisfies CrowdOptions);
    }
    const followedCpu = await spent(stage, () => delay(SECONDS * 1_000));
    const revoke = await revoker(stage);
    const made: { key: string; at: number }[] = [];
    const revokingCpu = await spent(stage, async () => {
      const until = performance.now() + SECONDS * 1_000;
      while (performance.now() < until) {
        const next = delay(1_000 / RATE);
        const key = randomUUID();
        made.push({ key, at: performance.timeOrigin + performance.now() });
        await Promise.all([revoke(key), next]);
      }
    });
    await delay(SETTLE_MS);
    const arrived = await crowd.ask<readonly (readonly number[])[]>(
      'arrivals',
      made.map(({ key }) => key),
    );
    const delaysMs = made.flatMap(({ at }, index) => (arrived[index] ?? []).map((then) => then - at));
    const missing = made.length * verifiers - delaysMs.length;
    return { verifiers, followedCpu, revokingCpu, rate: made.length / SECONDS, delaysMs, missing };
  } finally {
    await crowd.stop();
  }
}

async function spent({ running, postmaster }: Stage, work: () => Promise<unknown>): Promise<Cpu> {
  const auth = [running.system.pidOf('auth'), running.system.pidOf('auth2')];
  const look = async () => ({
    auth: await cpuTimes(auth),
    postgres: await cpuTimes(await familyOf(postmaster)),
  });
  const from = performance.now();
  const before = await look();
  await work();
  const after = await look();
  const seconds = (performance.now() - from) / 1_000;
  return {
    auth: spentBetween(before.auth, after.auth) / seconds,
    postgres: spentBetween(before.postgres, after.postgres) / seconds,
  };
}

/** An access token of the service `users`, which may follow. */
async function serviceToken({ running }: Stage): Promise<string> {
  const file = running.system.settingsOf('users')['GATEHOUSE_CLIENT_SECRET_FILE'];
  const clientSecret = (await readFile(file ?? '', 'utf8')).trim();
  const [address = ''] = running.addresses.auth;
  const identity = new ServiceIdentity({ address, clientId: 'users', clientSecret });
  try {
    return await identity.accessToken();
  } finally {
    identity.close();
  }
}

/** Revokes an access token that nobody has, as an admin. */
async function revoker({ running }: Stage): Promise<(key: string) => Promise<void>> {
  const post = async (path: string, body: object, accessToken?: string) => {
    const response = await fetch(running.url + path, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(accessToken && { authorization: `Bearer ${accessToken}` }),
      },
      body: JSON.stringify(body),
    });
    const answered = (await response.json()) as { accessToken?: string };
    if (!response.ok) throw new Error(`${path}: ${response.status} ${JSON.stringify(answered)}`);
    return answered;
  };
  const admin = running.accounts.find(({ roles }) => roles.includes('admin'));
  const { accessToken } = await post('/v1/auth/login', { email: admin?.email, password: admin?.password });
  return async (key) => {
    await post('/v1/revocations', { kind: 'REVOCATION_KIND_TOKEN', key }, accessToken);
  };
}
