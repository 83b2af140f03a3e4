import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Question, Reply } from './answer.js';

/** A process under test, or one that loads it. */
export interface Peer {
  /** Of its process. */
  readonly pid: number;
  /**
   * Asks it a question; one at a time.
   *
   * @throws Error with its own stack when it cannot answer, or has ended
   */
  ask<Answer>(name: string, argument?: unknown): Promise<Answer>;
  /** Ends it. */
  stop(): Promise<void>;
}

const living = new Set<ChildProcess>();

/** Ends every peer: who still asks one gets an error, and cleans up as after any other. */
export function endPeers(): void {
  for (const child of living) if (child.connected) child.disconnect();
}

/**
 * Starts a process that answers questions over IPC. What it writes to
 * standard output is a service's log, which costs it the writing and goes
 * nowhere.
 *
 * @param script the module to run, which calls `answer`
 * @param execArgv options of its Node
 */
export function spawnPeer(script: URL, execArgv: readonly string[] = []): Peer {
  const child = fork(script, { execArgv: [...execArgv], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  living.add(child);
  const exited = once(child, 'exit').then(() => void living.delete(child));
  return {
    pid: child.pid ?? 0,
    ask: async <Answer>(name: string, argument?: unknown): Promise<Answer> => {
      if (!child.connected) throw new Error(`${script.pathname} has ended`);
      const replied = once(child, 'message') as Promise<[Reply]>;
      child.send({ name, argument } satisfies Question);
      const reply = await Promise.race([replied, exited]);
      if (!reply) throw new Error(`${script.pathname} has ended`);
      if ('fault' in reply[0]) throw new Error(reply[0].fault);
      return reply[0].answer as Answer;
    },
    stop: async () => {
      if (child.connected) child.disconnect();
      await exited;
    },
  };
}
