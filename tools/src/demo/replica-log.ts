import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** One line that a replica wrote about a call. */
export interface CallLine {
  readonly grpc_method: string;
  readonly grpc_code: string;
  readonly duration_ms: number;
  readonly request_id: string;
  readonly principal_sub?: string;
  readonly reason?: string;
}

/** How long a line may take to reach the file, in milliseconds. */
const WRITTEN_WITHIN_MS = 5_000;

/** The log of one replica, as its calls appear in it. */
export class ReplicaLog {
  readonly #path: string;

  constructor(
    logFolder: string,
    readonly replica: string,
  ) {
    this.#path = join(logFolder, `${replica}.log`);
  }

  /** Every call that it has logged. */
  async calls(): Promise<CallLine[]> {
    const lines = (await readFile(this.#path, 'utf8').catch(() => '')).split('\n');
    return lines.flatMap((line) => {
      try {
        const parsed = JSON.parse(line) as Partial<CallLine>;
        return parsed.grpc_method ? [parsed as CallLine] : [];
      } catch {
        return [];
      }
    });
  }

  /** The line of one call, once it is written. */
  async call(requestId: string): Promise<CallLine | undefined> {
    for (let waited = 0; waited < WRITTEN_WITHIN_MS; waited += 50) {
      const line = (await this.calls()).find(({ request_id }) => request_id === requestId);
      if (line) return line;
      await delay(50);
    }
    return undefined;
  }
}
