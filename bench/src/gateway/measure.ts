import { readFile } from 'node:fs/promises';
import { quantile } from '@gatehouse/report';
import type { Answered, Requests } from '../load/requests.js';
import type { LoadTarget } from '../load/requests-process.js';
import type { Peer } from '../peer.js';
import { cpuTimes, familyOf, spentBetween, type CpuTimes } from '../process-cpu.js';
import type { Asked } from './ask.js';
import { requestBy } from './protocols.js';
import type { RequestName } from './resources.js';

/** One round of one gateway. */
export interface GatewayRound {
  /** Requests answered per second. */
  readonly rate: number;
  /** CPU of its processes per request, in microseconds, and of the first of them alone. */
  readonly cpuUs: number;
  readonly firstUs: number;
  /** In milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

/** The most requests under way; each of HTTP/1.1 has a connection. */
const CONNECTIONS = 64;

/** Who is loaded. */
export interface Loaded extends Asked {
  /** The processes whose CPU counts, with their children. */
  readonly pids: readonly number[];
}

/** What a round makes. */
export interface GatewayLoad {
  readonly request: RequestName;
  /** Headers of the callers, used in turn. */
  readonly credentials: readonly string[];
  readonly count: number;
  /** Requests per second; without it as many as go through. */
  readonly rate?: number;
}

/**
 * Loads a server once.
 *
 * @throws Error when a request is answered otherwise than well
 */
export async function measureRound(
  load: Peer,
  { port, protocol, pids }: Loaded,
  { request, credentials, count, rate }: GatewayLoad,
): Promise<GatewayRound> {
  const target: LoadTarget = { port, connections: CONNECTIONS, isGrpc: protocol === 'gRPC' };
  await load.ask('open', target);
  const before = await timesOf(pids);
  const requests: Requests = { ...requestBy(protocol, request), credentials, count, rate };
  const { latenciesMs, refused, seconds } = await load.ask<Answered>('run', requests);
  const after = await timesOf(pids);
  if (latenciesMs.length < count)
    throw new Error(`${count - latenciesMs.length} requests were refused: ${JSON.stringify(refused)}`);
  const spentUs = after.map((times, index) => spentBetween(before[index] ?? new Map(), times) / count);
  return {
    rate: count / seconds,
    cpuUs: spentUs.reduce((sum, us) => sum + us, 0),
    firstUs: spentUs[0] ?? NaN,
    p50: quantile(latenciesMs, 0.5),
    p99: quantile(latenciesMs, 0.99),
  };
}

/** Memory that processes hold with their children, in megabytes. */
export async function residentMb(pids: readonly number[]): Promise<number> {
  const families = await Promise.all(pids.map(familyOf));
  const pages = await Promise.all(families.flat().map(residentPages));
  return pages.reduce((sum, count) => sum + count, 0) * (PAGE_BYTES / 1e6);
}

const PAGE_BYTES = 4_096;

async function residentPages(pid: number): Promise<number> {
  const statm = await readFile(`/proc/${pid}/statm`, 'utf8').catch(() => '0 0');
  return Number(statm.split(' ')[1]);
}

/** Of each process, children included. */
function timesOf(pids: readonly number[]): Promise<CpuTimes[]> {
  return Promise.all(pids.map(async (pid) => cpuTimes(await familyOf(pid))));
}
