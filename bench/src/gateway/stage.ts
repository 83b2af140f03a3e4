import type { GoPrograms } from '../go/build-go.js';
import { createIssuer, SUBJECT, type Issuer } from '../guard/issuer.js';
import { spawnPeer, type Peer } from '../peer.js';
import { LOAD_CORE, pin } from '../pin.js';
import type { BackendPorts } from './backend-process.js';

/** What all gateways stand between. */
export interface GatewayStage {
  readonly issuer: Issuer;
  readonly backend: Peer;
  readonly ports: BackendPorts;
  readonly load: Peer;
  readonly go: GoPrograms | undefined;
  /** Headers of the callers, whose access tokens are good for some minutes more. */
  credentials(): readonly string[];
}

/** Different access tokens in use. */
const CALLERS = 1_000;
/** How long they are used, in milliseconds, of the quarter of an hour that they are good for. */
const USED_FOR_MS = 600_000;

function credentialsOf(issuer: Issuer): () => readonly string[] {
  let headers: readonly string[] = [];
  let since = -Infinity;
  return () => {
    if (performance.now() - since < USED_FOR_MS) return headers;
    since = performance.now();
    headers = issuer.authorizations(SUBJECT, CALLERS).map((value) => `authorization: ${value}`);
    return headers;
  };
}

/** Runs something between a backend and a load, which share a core that the servers under test do not use. */
export async function onGatewayStage<T>(
  go: GoPrograms | undefined,
  run: (stage: GatewayStage) => Promise<T>,
): Promise<T> {
  const issuer = createIssuer();
  const backend = spawnPeer(new URL('./backend-process.js', import.meta.url));
  const load = spawnPeer(new URL('../load/requests-process.js', import.meta.url));
  try {
    for (const { pid } of [backend, load]) pin(pid, LOAD_CORE);
    const ports = await backend.ask<BackendPorts>('start', issuer.publicKey.keySet);
    return await run({ issuer, backend, ports, load, go, credentials: credentialsOf(issuer) });
  } finally {
    await Promise.all([backend.stop(), load.stop()]);
  }
}
