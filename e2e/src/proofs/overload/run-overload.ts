import { RestClient } from '../../client/rest-client.js';
import { startOwnSystem, type OwnSystem } from '../../system/own-system.js';
import { openLoad, type Sent } from '../load/open-load.js';
import { keepApart } from './cores.js';
import { startGenerator } from './generator.js';
import type { LoadReport } from './load-messages.js';
import { listingRequest } from './reading-request.js';
import { ended, mostGrown, systemMemory } from './system-processes.js';

/** How long each part takes, in milliseconds. */
export interface OverloadOptions {
  readonly peakMs: number;
  readonly normalMs: number;
  readonly overloadMs: number;
  readonly afterMs: number;
  readonly haltMs: number;
}

/** What ten times the peak has shown. */
export interface OverloadResult {
  readonly coresApart: boolean;
  /** Answers a second when as much is asked as can be answered. */
  readonly peakPerSecond: number;
  readonly normal: LoadReport;
  readonly overload: LoadReport;
  /** Normal load once more, from the moment at which the overload ended. */
  readonly after: LoadReport;
  /** The same while every replica of resources stands still: all places are taken, and nothing is busy. */
  readonly halted: LoadReport;
  /** Sign-ins during the overload, and those of them that succeeded. */
  readonly signIns: number;
  readonly signedIn: number;
  readonly ended: number;
  /** The most that any process has grown by, from before the overload until after it, in MiB. */
  readonly grownMiB: number;
}

/** Connections that keep the system busy, and fewer than it has places. */
const AT_ONCE = 64;
const NORMAL_SHARE = 0.3;
const OVERLOAD_FACTOR = 10;
const SIGN_INS_PER_SECOND = 1;
/** Enough to take all places within two seconds. */
const HALTED_PER_SECOND = 300;

/** Sends the whole system ten times what it can answer, and normal load before and after. */
export async function runOverload(options: OverloadOptions): Promise<OverloadResult> {
  const cores = keepApart();
  try {
    await using own = await startOwnSystem();
    using generator = startGenerator(cores);
    const order = {
      ports: own.addresses.gateways.map((url) => Number(new URL(url).port)),
      request: await listingRequest(own),
    };
    await generator.send({ ...order, atOnce: AT_ONCE, forMs: options.peakMs / 2 });
    // People sign in here as well: what their passwords cost is no matter of the overload.
    const [peak] = await Promise.all([
      generator.send({ ...order, atOnce: AT_ONCE, forMs: options.peakMs }),
      signInMeanwhile(own, options.peakMs),
    ]);
    const peakPerSecond = (peak.accepted.count * 1_000) / options.peakMs;
    const perSecond = peakPerSecond * NORMAL_SHARE;
    const normal = await generator.send({ ...order, perSecond, forMs: options.normalMs });
    const before = systemMemory();
    const [overload, signIns] = await Promise.all([
      generator.send({ ...order, perSecond: peakPerSecond * OVERLOAD_FACTOR, forMs: options.overloadMs }),
      signInMeanwhile(own, options.overloadMs),
    ]);
    const after = await generator.send({ ...order, perSecond, forMs: options.afterMs });
    const memory = systemMemory();
    const halted = await whileHalted(own, () =>
      generator.send({ ...order, perSecond: HALTED_PER_SECOND, forMs: options.haltMs }),
    );
    return {
      coresApart: cores.areApart,
      peakPerSecond,
      normal,
      overload,
      after,
      halted,
      signIns: signIns.length,
      signedIn: signIns.filter(({ outcome }) => outcome === 200).length,
      ended: ended(before, memory),
      grownMiB: mostGrown(before, memory),
    };
  } finally {
    cores.release();
  }
}

/** Halts the processes of resources meanwhile. */
async function whileHalted<T>({ system }: OwnSystem, work: () => Promise<T>): Promise<T> {
  const pids = ['resources', 'resources2'].map((name) => system.pidOf(name));
  for (const pid of pids) process.kill(pid, 'SIGSTOP');
  try {
    return await work();
  } finally {
    for (const pid of pids) process.kill(pid, 'SIGCONT');
  }
}

function signInMeanwhile(own: OwnSystem, forMs: number): Promise<readonly Sent<number>[]> {
  const [account] = own.accounts;
  const { gateways } = own.addresses;
  const send = async (index: number) => {
    const rest = new RestClient(gateways[index % gateways.length] as string);
    const { email, password } = account ?? {};
    const answer = await rest
      .post('/v1/auth/login', { email: email ?? '', password: password ?? '' })
      .catch(() => undefined);
    return answer?.status ?? 0;
  };
  return openLoad({ perSecond: SIGN_INS_PER_SECOND, forMs, send });
}
