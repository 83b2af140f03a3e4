import type { Calls } from '../load/load.js';
import type { Peer } from '../peer.js';
import type { Round } from '../rounds.js';

/** Loads a server once, and sees what the calls cost it. */
export async function loadServer(load: Peer, server: Peer, port: number, calls: Calls): Promise<Round> {
  await load.ask('open', { port, calls });
  const before = await server.ask<NodeJS.CpuUsage>('cpu');
  const seconds = await load.ask<number>('run');
  const after = await server.ask<NodeJS.CpuUsage>('cpu');
  await load.ask('close');
  const cpu = after.user + after.system - before.user - before.system;
  return { rate: calls.count / seconds, cpuUs: cpu / calls.count };
}
