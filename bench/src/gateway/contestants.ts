import { DEPLOYED } from '../deployed.js';
import type { GoPrograms } from '../go/build-go.js';
import { startGo } from '../go/start-go.js';
import type { PublicKey } from '../guard/issuer.js';
import { spawnPeer, type Peer } from '../peer.js';
import { pin, SERVER_CORE } from '../pin.js';
import type { BackendPorts } from './backend-process.js';
import type { GatewayStart } from './gateway-start.js';
import type { Loaded } from './measure.js';
import { nginxVersion, startNginx, type Proxied } from './nginx.js';
import type { Protocol } from './protocols.js';

/** The gateways that are compared. */
export type GatewayName =
  | 'Gatehouse'
  | 'Gatehouse, native gRPC'
  | 'Gatehouse, gRPC-Web'
  | 'Gatehouse, Connect'
  | 'Nest, Express, ClientGrpc, passport-jwt'
  | 'Fastify, grpc-js'
  | 'Go grpc-gateway, ES256 cached'
  | 'Go grpc-gateway, ES256 each call'
  | 'nginx, plain proxy'
  | 'nginx, grpc_pass';

/** A gateway that runs. */
export interface Gateway extends Loaded {
  readonly name: GatewayName;
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

type Start = (surroundings: Surroundings) => Promise<Gateway | undefined> | undefined;

/** How each is started, by the key that chooses it; undefined where this machine cannot run it. */
const CONTESTANTS = {
  gatehouse: (all) => startGatehouse('Gatehouse', 'REST', all),
  'gatehouse-grpc': (all) => startGatehouse('Gatehouse, native gRPC', 'gRPC', all),
  'gatehouse-grpc-web': (all) => startGatehouse('Gatehouse, gRPC-Web', 'gRPC-Web', all),
  'gatehouse-connect': (all) => startGatehouse('Gatehouse, Connect', 'Connect', all),
  nest: (all) => ofNode('Nest, Express, ClientGrpc, passport-jwt', './stock/stock-process.js', all),
  fastify: (all) => ofNode('Fastify, grpc-js', './fastify-process.js', all),
  'go-cached': (all) => all.go && startGoGateway('Go grpc-gateway, ES256 cached', all.go, all, true),
  'go-each-call': (all) => all.go && startGoGateway('Go grpc-gateway, ES256 each call', all.go, all, false),
  nginx: ({ ports }) => ofNginx('nginx, plain proxy', ports.http, 'http'),
  'nginx-grpc': ({ ports }) => ofNginx('nginx, grpc_pass', ports.grpc, 'grpc'),
} satisfies Readonly<Record<string, Start>>;

export type ContestantKey = keyof typeof CONTESTANTS;

/** The keys of all. */
export const CONTESTANT_KEYS = Object.keys(CONTESTANTS) as readonly ContestantKey[];

/** Starts the chosen gateways, as far as this machine can run them. */
export async function startGateways(
  surroundings: Surroundings,
  keys: readonly ContestantKey[],
): Promise<readonly Gateway[]> {
  const started: Gateway[] = [];
  try {
    for (const key of keys) {
      const gateway = await CONTESTANTS[key](surroundings);
      if (gateway !== undefined) started.push(gateway);
    }
    return started;
  } catch (error) {
    await Promise.all(started.map((gateway) => gateway.stop()));
    throw error;
  }
}

/**
 * Starts Gatehouse.
 *
 * @param execArgv options of its Node
 */
export async function startGatehouse(
  name: GatewayName,
  protocol: Protocol,
  start: GatewayStart,
  execArgv = DEPLOYED,
): Promise<Gateway> {
  return { ...(await ofNode(name, './gatehouse-process.js', start, execArgv)), protocol };
}

async function ofNode(
  name: GatewayName,
  script: string,
  start: GatewayStart,
  execArgv: readonly string[] = [],
): Promise<Gateway> {
  const peer = spawnPeer(new URL(script, import.meta.url), execArgv);
  const { publicKey, ports, environment } = start;
  const port = await peer.ask<number>('start', { publicKey, ports, environment });
  pin(peer.pid, SERVER_CORE);
  const stop = () => peer.stop();
  return { name, protocol: 'REST', port, pids: [peer.pid], verifies: true, peer, stop };
}

/** Starts grpc-gateway before a service. @param isCached whether it remembers access tokens */
export async function startGoGateway(
  name: GatewayName,
  go: GoPrograms,
  { publicKey, ports }: GatewayStart,
  isCached: boolean,
): Promise<Gateway> {
  const backend = `-backend=127.0.0.1:${ports.grpc}`;
  const { port, pid, stop } = await startGo(go.gateway, publicKey, isCached, [backend]);
  return { name, protocol: 'REST', port, pids: [pid], verifies: true, stop };
}

async function ofNginx(name: GatewayName, upstream: number, proxied: Proxied): Promise<Gateway | undefined> {
  if (nginxVersion() === undefined) return undefined;
  const { program, port } = await startNginx(upstream, proxied);
  const protocol = proxied === 'grpc' ? 'gRPC' : 'REST';
  return { name, protocol, port, pids: [program.pid], verifies: false, stop: () => program.stop() };
}
