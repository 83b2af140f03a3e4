import { answer } from '../answer.js';
import { openClients, type Call, type ClientKind } from './clients.js';

/** What a client has used. */
export interface ClientUse {
  /** Calls answered per second. */
  readonly rate: number;
  /** User and system CPU per call, in microseconds. */
  readonly cpuUs: number;
}

let call: Call | undefined;

/** Makes calls, so many of them under way at a time. */
async function run({ count, underWay }: { count: number; underWay: number }): Promise<ClientUse> {
  const before = process.cpuUsage();
  const start = performance.now();
  let left = count;
  const caller = async () => {
    while (left-- > 0) await call?.();
  };
  await Promise.all(Array.from({ length: underWay }, caller));
  const { user, system } = process.cpuUsage(before);
  return { rate: (count * 1_000) / (performance.now() - start), cpuUs: (user + system) / count };
}

answer({
  open: async ({ kind, port }: { kind: ClientKind; port: number }) => {
    call = await openClients[kind](port);
  },
  run,
});
