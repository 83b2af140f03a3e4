import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where a system that `npm start` runs can be reached; `npm start` writes it down. */
export interface RunningSystem {
  /** The gateway's base URL. */
  readonly url: string;
  readonly addresses: {
    /** The base URL of each replica of the gateway. */
    readonly gateways: readonly string[];
    /** `host:port` of each gRPC replica. */
    readonly auth: readonly string[];
    readonly users: readonly string[];
    readonly resources: readonly string[];
  };
  /** Holds `<replica>.log` for each process. */
  readonly logFolder: string;
  /** Auth's settings as environment variables; secrets are named by their files. */
  readonly authSettings: Readonly<Record<string, string>>;
}

/** @throws Error in one sentence when no system runs on this data folder */
export async function findRunningSystem(dataFolder: string): Promise<RunningSystem> {
  try {
    return JSON.parse(await readFile(join(dataFolder, 'running.json'), 'utf8')) as RunningSystem;
  } catch (cause) {
    throw new Error('Gatehouse is not running: start it with `npm start` in another shell.', { cause });
  }
}
