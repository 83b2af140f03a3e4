import { fork } from 'node:child_process';
import { once } from 'node:events';

/** What is read, where and how often. */
export interface ReadLoad {
  readonly face: 'REST' | 'gRPC';
  /** Base URLs of gateways; `host:port` of replicas of resources. */
  readonly addresses: readonly string[];
  readonly accessToken: string;
  /** The resource. */
  readonly id: string;
  readonly calls: number;
  /** When they are sent; as often as the replicas answer unless given. */
  readonly perSecond?: number;
  /** How many are under way at most: always, where they are sent as often as they are answered. */
  readonly atOnce: number;
}

export interface ReadLoadResult {
  readonly calls: number;
  readonly seconds: number;
}

const SCRIPT = new URL('read-load-process.js', import.meta.url);

/** Reads in a process of its own. @throws Error when a read fails: why is on standard error */
export async function readLoad(load: ReadLoad): Promise<ReadLoadResult> {
  const child = fork(SCRIPT, [JSON.stringify(load)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const exited = once(child, 'exit').then(() => undefined);
  const heard = once(child, 'message') as Promise<[ReadLoadResult]>;
  const message = await Promise.race([heard, exited]);
  if (child.connected) child.disconnect();
  await exited;
  if (!message) throw new Error('the process of the reads has ended');
  return message[0];
}
