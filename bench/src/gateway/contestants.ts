import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GoPrograms } from '../go/build-go.js';
import { API_AUDIENCE, ISSUER, type PublicKey } from '../guard/issuer.js';
import { spawnPeer, type Peer } from '../peer.js';
import { pin, SERVER_CORE } from '../pin.js';
import { startProgram } from '../program.js';
import type { BackendPorts } from './backend-process.js';
import type { GatewayStart } from './gateway-start.js';
import { nginxVersion, startNginx } from './nginx.js';

/** The gateways that are compared. */
export type GatewayName =
  | 'Gatehouse'
  | 'Nest, Express, ClientGrpc, passport-jwt'
  | 'Fastify, grpc-js'
  | 'Go grpc-gateway, ES256 cached'
  | 'Go grpc-gateway, ES256 each call'
  | 'nginx, plain proxy';

/** A gateway that runs. */
export interface Gateway {
  readonly name: GatewayName;
  readonly port: number;
  readonly pid: number;
  /** Whether it verifies access tokens: a plain proxy does not. */
  readonly verifies: boolean;
  /** To ask it questions, where it is Gatehouse. */
  readonly peer?: Peer;
  stop(): Promise<void>;
}

/** What they have in common. */
export interface Surroundings {
  readonly publicKey: PublicKey;
  readonly ports: BackendPorts;
  /** Undefined where there is no Go. */
  readonly go: GoPrograms | undefined;
}

/** How Node runs Gatehouse in the images (`NODE_OPTIONS`), as far as it is of account here. */
export const DEPLOYED: readonly string[] = ['--max-semi-space-size=8'];

/** Starts all gateways that this machine can run. */
export async function startGateways(surroundings: Surroundings): Promise<readonly Gateway[]> {
  const { go } = surroundings;
  const started: Gateway[] = [];
  try {
    started.push(await ofNode('Gatehouse', './gatehouse-process.js', surroundings, DEPLOYED));
    started.push(
      await ofNode('Nest, Express, ClientGrpc, passport-jwt', './stock/stock-process.js', surroundings),
    );
    started.push(await ofNode('Fastify, grpc-js', './fastify-process.js', surroundings));
    if (go !== undefined) {
      started.push(await ofGo('Go grpc-gateway, ES256 cached', go, surroundings, true));
      started.push(await ofGo('Go grpc-gateway, ES256 each call', go, surroundings, false));
    }
    if (nginxVersion() !== undefined) started.push(await plainProxy(surroundings.ports));
    return started;
  } catch (error) {
    await Promise.all(started.map((gateway) => gateway.stop()));
    throw error;
  }
}

/**
 * Starts a gateway that is a process of Node.
 *
 * @param execArgv options of its Node
 */
export async function ofNode(
  name: GatewayName,
  script: string,
  start: GatewayStart,
  execArgv: readonly string[] = [],
): Promise<Gateway & { peer: Peer }> {
  const peer = spawnPeer(new URL(script, import.meta.url), execArgv);
  const { publicKey, ports, environment } = start;
  const port = await peer.ask<number>('start', { publicKey, ports, environment });
  pin(peer.pid, SERVER_CORE);
  return { name, port, pid: peer.pid, verifies: true, peer, stop: () => peer.stop() };
}

async function ofGo(
  name: GatewayName,
  go: GoPrograms,
  { publicKey, ports }: Surroundings,
  cached: boolean,
): Promise<Gateway> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-bench-key-'));
  const key = join(folder, 'key.pem');
  await writeFile(key, publicKey.pem);
  const access = [`-key=${key}`, `-issuer=${ISSUER}`, `-audience=${API_AUDIENCE}`];
  const args = [...access, `-backend=127.0.0.1:${ports.grpc}`, `-cached=${cached}`];
  const { program, line } = await startProgram(go.gateway, args);
  // It has read the key.
  await rm(folder, { recursive: true });
  return { ...program, name, port: Number(line), verifies: true };
}

async function plainProxy({ http }: BackendPorts): Promise<Gateway> {
  const { program, port } = await startNginx(http);
  return { ...program, name: 'nginx, plain proxy', port, verifies: false };
}
