import { setTimeout as delay } from 'node:timers/promises';

/** What an attack is aimed at, on this machine. */
export interface Target {
  /** The port of a gateway, and of a service's gRPC face. */
  readonly httpPort: number;
  readonly grpcPort: number;
  /** An access token of the attacker's own. */
  readonly accessToken: string;
}

/** What an attack came to. */
export interface AttackReport {
  /** Requests, frames or connections of it. */
  readonly done: number;
  /** How long the connection was open that lasted longest, in milliseconds; undefined where they are not to be closed. */
  readonly longestOpenMs?: number;
}

/** One way of doing harm; it goes on until the signal aborts. */
export type Attack = (target: Target, signal: AbortSignal) => Promise<AttackReport>;

/** No attack. */
export const nobody: Attack = async (_target, signal) => {
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  return { done: 0 };
};

/** Does something so many times a second until the signal aborts, and counts it. */
export async function paced(perSecond: number, signal: AbortSignal, once: () => void): Promise<number> {
  const begin = performance.now();
  let done = 0;
  while (!signal.aborted) {
    const due = ((performance.now() - begin) * perSecond) / 1_000;
    for (; done < due; done++) once();
    await delay(5);
  }
  return done;
}
