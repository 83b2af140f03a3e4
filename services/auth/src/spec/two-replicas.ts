import { readAuthSettings } from '../config.js';
import { startAuth } from '../start-auth.js';
import { SpecBrowser } from './browser.js';
import { runningAuth, silentLog } from './running-auth.js';

/** Two replicas on one database, whose HTTP ports are asked in turn: no step of a flow is where the one before was. */
export async function twoReplicas(more: Record<string, string> = {}) {
  const auth = await runningAuth({
    GATEHOUSE_HTTP_PORT: '0',
    GATEHOUSE_TRUSTED_PROXIES: '127.0.0.0/8',
    ...more,
  });
  const other = await startAuth(readAuthSettings(auth.environment), silentLog);
  const ports = [auth.service.httpPort!, other.httpPort!] as const;
  let turn = 0;
  const nextPort = () => ports[turn++ % 2]!;
  return {
    auth,
    ports,
    /** The gRPC port of the second one. */
    otherPort: other.port,
    nextPort,
    newBrowser: () => new SpecBrowser(nextPort),
    /** The revocations are known at both. */
    async catchUp(): Promise<void> {
      await auth.context.feed.tail.catchUp();
      await other.context.feed.tail.catchUp();
    },
    /** The keys are known at both. */
    async refreshKeys(): Promise<void> {
      await auth.context.keys.reload();
      await other.context.keys.reload();
    },
    async close(): Promise<void> {
      await other.stop();
      await auth.close();
    },
  };
}

export type TwoReplicas = Awaited<ReturnType<typeof twoReplicas>>;
