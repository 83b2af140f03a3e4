import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../../start/free-ports.js';
import { startSystem } from '../../start/start-system.js';
import type { Trust } from '../live-system.js';
import { AuthRows, type ListedJwk } from './auth-rows.store.js';
import { RunningServices } from './running-services.js';
import { Stage } from './stage.js';

/**
 * Starts the whole system as `npm start` does, on a PostgreSQL of its own, as if it were the issuer of a corpus: by
 * that name, for that audience, with the signing keys of the corpus in its key set.
 *
 * @throws StartFault when a service does not come up
 */
export async function startLiveSystem(trust: Trust): Promise<RunningServices> {
  await using begun = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-conformance-'));
  begun.defer(() => rm(folder, { recursive: true, force: true }));
  await chmod(folder, 0o755); // PostgreSQL may run as another user than we do
  const data = join(folder, 'data');
  const names = { ISSUER: trust.issuer, API_AUDIENCE: trust.audience };
  const ports = await freePorts();
  const openRows = async () =>
    begun.use(new AuthRows((await readFile(join(data, 'secrets/auth-database-url'), 'utf8')).trim()));
  let rows: AuthRows | undefined;
  const running = await startSystem(
    { folder: data, fresh: false, databaseUrl: undefined, ports },
    {
      settings: { auth: names, users: names, resources: names, gateway: names },
      beforeServices: async () => {
        rows = await openRows();
        await rows.listKeys(trust.keySet.keys.map((key) => key as ListedJwk).filter(signsAccessTokens));
      },
    },
  );
  begun.defer(() => running.system.stop());
  if (rows === undefined) throw new Error('the system started without its keys');
  const stage = begun.use(new Stage(running, ports, rows));
  return new RunningServices(stage, begun.move());
}

/** What auth's key set can hold. */
function signsAccessTokens(key: ListedJwk): boolean {
  return key['alg'] === 'ES256';
}
