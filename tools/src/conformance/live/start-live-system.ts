import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../../start/free-ports.js';
import type { Trust } from '../live-system.js';
import { startIssuerStub } from './issuer-stub.js';
import { RunningServices } from './running-services.js';
import { trustingSystem } from './trusting-services.js';

/**
 * Starts users, resources and the gateway as real processes on a PostgreSQL of their own, all trusting the issuer
 * of a corpus, whose key set is served where they look for auth's.
 *
 * @throws StartFault when a service does not come up
 */
export async function startLiveSystem(trust: Trust): Promise<RunningServices> {
  await using begun = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-conformance-'));
  begun.defer(() => rm(folder, { recursive: true, force: true }));
  await chmod(folder, 0o755); // PostgreSQL may run as another user than we do
  const issuer = await startIssuerStub(trust.keySet);
  begun.defer(() => issuer.close());
  const ports = await freePorts();
  const system = trustingSystem(join(folder, 'data'), ports, trust, issuer.address);
  begun.defer(() => system.stop());
  await Promise.race([system.start(), system.failed]);
  return new RunningServices(ports, begun.move());
}
