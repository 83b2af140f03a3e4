import type { Site } from './site.js';
import { cpuTimes, familyOf, spentBetween, type CpuTimes } from '../process-cpu.js';
import type { Stage } from './stage.js';

/** What was used, by whom: CPU in microseconds, bytes sent. */
export interface Usage {
  /** Gateway and service. */
  readonly servicesUs: number;
  /** Both replicas of auth. */
  readonly authUs: number;
  readonly postgresUs: number;
  /** By the gateway: to the service. */
  readonly gatewayBytes: number;
  /** By the service: to its database, and to auth or auth's database. */
  readonly serviceBytes: number;
}

interface Reading extends Omit<Usage, 'authUs' | 'postgresUs'> {
  readonly auth: CpuTimes;
  readonly postgres: CpuTimes;
}

/** Runs some work, and sees what a site, auth and PostgreSQL used meanwhile. */
export async function usageOf<T>(stage: Stage, site: Site, work: () => Promise<T>): Promise<[Usage, T]> {
  const before = await read(stage, site);
  const result = await work();
  const after = await read(stage, site);
  const usage = {
    servicesUs: after.servicesUs - before.servicesUs,
    authUs: spentBetween(before.auth, after.auth),
    postgresUs: spentBetween(before.postgres, after.postgres),
    gatewayBytes: after.gatewayBytes - before.gatewayBytes,
    serviceBytes: after.serviceBytes - before.serviceBytes,
  };
  return [usage, result];
}

async function read({ running, postmaster }: Stage, { gateway, service }: Site): Promise<Reading> {
  const { system } = running;
  const cpus = await Promise.all([gateway, service].map((peer) => peer.ask<NodeJS.CpuUsage>('cpu')));
  return {
    servicesUs: cpus.reduce((sum, cpu) => sum + cpu.user + cpu.system, 0),
    auth: await cpuTimes([system.pidOf('auth'), system.pidOf('auth2')]),
    postgres: await cpuTimes(await familyOf(postmaster)),
    gatewayBytes: await gateway.ask<number>('outgoingBytes'),
    serviceBytes: await service.ask<number>('outgoingBytes'),
  };
}
