import { freePort, healthPort } from '@gatehouse/tools/start';
import { RestClient, succeeded } from '../../client/rest-client.js';
import type { OwnSystem } from '../../system/own-system.js';
import { signInDemo } from '../../system/system-facts.js';
import { cpuMs as cpuMsOf } from './cpu-ms.js';
import { readLoad, type ReadLoad } from './read-load.js';

/** How the proof runs. */
export interface ScaleRun {
  /** How many replicas, in the order of a round. */
  readonly counts: readonly number[];
  readonly rounds: number;
  /** Calls of each replica before any is measured: the first ten thousands cost several times as much. */
  readonly warmUpCalls: number;
  /** How many calls each replica gets while as many are sent as are answered, and how many at once. */
  readonly full: { readonly calls: number; readonly atOnce: number };
  /** How many each gets at a load that leaves the machine's cores time, however many replicas there are. */
  readonly steady: { readonly calls: number; readonly perSecond: number };
}

/** The two that are scaled: each has a face of its own. */
export type Scaled = 'resources' | 'gateway';

const SCALED = ['resources', 'gateway'] as const satisfies readonly Scaled[];

/** One measurement. */
export interface Sample {
  readonly service: Scaled;
  readonly replicas: number;
  /** Calls that are answered when as many are sent. */
  readonly perSecond: number;
  /** CPU of all replicas of the service together for one call, in milliseconds, meanwhile. */
  readonly fullCpuMs: number;
  /** The same when each replica has the same load as with one. */
  readonly cpuMs: number;
}

interface Replica {
  readonly address: string;
  readonly pid: number;
}

/** Between a change of load and the count of what it costs. */
const SETTLING_SHARE = 0.25;

/**
 * Measures what a read costs and how many there can be, with different numbers of replicas: over REST of gateways,
 * over gRPC of resources. All replicas run all the time; those that are not asked cost what they cost idle. When the
 * machine is full, each of many replicas has less to do at a time and less of the cores' memory, and pays more for a call:
 * so what a call costs is compared at a load for each that stays the same.
 */
export async function runScale(own: OwnSystem, run: ScaleRun): Promise<readonly Sample[]> {
  const most = Math.max(...run.counts);
  const replicas = {
    resources: await resourcesReplicas(own, most),
    gateway: await gatewayReplicas(own, most),
  };
  const readAt = async (service: Scaled, asked: readonly Replica[]): Promise<ReadLoad> => {
    // An access token must outlive what it is used for.
    const { accessToken } = await signInDemo(own, 'editor');
    return {
      face: service === 'gateway' ? 'REST' : 'gRPC',
      addresses: asked.map(({ address }) => address),
      accessToken,
      id: await readable(own, accessToken),
      calls: run.full.calls * asked.length,
      atOnce: run.full.atOnce * asked.length,
    };
  };
  for (const service of SCALED) {
    const load = await readAt(service, replicas[service]);
    await readLoad({ ...load, calls: run.warmUpCalls * most });
  }
  const samples: Sample[] = [];
  for (let round = 0; round < run.rounds; round++) {
    for (const count of run.counts) {
      for (const service of SCALED) {
        const asked = replicas[service].slice(0, count);
        const load = await readAt(service, asked);
        const full = await measured(asked, load);
        const { calls, perSecond } = run.steady;
        const steady = { calls: calls * count, perSecond: perSecond * count };
        const { cpuMs } = await measured(asked, { ...load, ...steady });
        samples.push({ service, replicas: count, perSecond: full.perSecond, fullCpuMs: full.cpuMs, cpuMs });
      }
    }
  }
  return samples;
}

/** What a load came to and what a call of it cost, once it has settled. */
async function measured(
  asked: readonly Replica[],
  load: ReadLoad,
): Promise<{ readonly perSecond: number; readonly cpuMs: number }> {
  await readLoad({ ...load, calls: Math.ceil(load.calls * SETTLING_SHARE) });
  const before = await costOf(asked);
  const { calls, seconds } = await readLoad(load);
  return { perSecond: calls / seconds, cpuMs: ((await costOf(asked)) - before) / calls };
}

async function costOf(replicas: readonly Replica[]): Promise<number> {
  const costs = await Promise.all(replicas.map(({ pid }) => cpuMsOf(pid)));
  return costs.reduce((sum, cost) => sum + cost, 0);
}

async function readable({ addresses }: OwnSystem, accessToken: string): Promise<string> {
  const rest = new RestClient(addresses.gateway).as(accessToken);
  const made = await rest.post<{ id: string }>('/v1/resources', { title: 'Read again and again' });
  return succeeded(made).id;
}

/** The two that are there, and as many more as are wanted. */
async function resourcesReplicas({ system, addresses }: OwnSystem, count: number): Promise<Replica[]> {
  const [first = '', second = ''] = addresses.resources;
  const replicas: Replica[] = [
    { address: first, pid: system.pidOf('resources') },
    { address: second, pid: system.pidOf('resources2') },
  ];
  for (let number = 3; number <= count; number++) {
    const name = `resources${number}`;
    const port = await freePort();
    await system.add(name, 'resources', { GRPC_PORT: port, HEALTH_PORT: healthPort(port) });
    replicas.push({ address: `127.0.0.1:${port}`, pid: system.pidOf(name) });
  }
  return replicas;
}

async function gatewayReplicas({ system, addresses }: OwnSystem, count: number): Promise<Replica[]> {
  const [first = '', second = ''] = addresses.gateways;
  const replicas: Replica[] = [
    { address: first, pid: system.pidOf('gateway') },
    { address: second, pid: system.pidOf('gateway2') },
  ];
  for (let number = 3; number <= count; number++) {
    const name = `gateway${number}`;
    const port = await freePort();
    await system.add(name, 'gateway', { HTTP_PORT: port, HEALTH_PORT: healthPort(port) });
    replicas.push({ address: `http://127.0.0.1:${port}`, pid: system.pidOf(name) });
  }
  return replicas;
}
