import type { ShownCredential } from '../../client/rest-client.js';
import type { ReplicatedService, Stage } from '../../stage/stage.js';
import type { MixedLoadOptions } from '../load/mixed-load.js';
import { signUp } from '../load/sign-up.js';
import { runKills, type KillResult, type KillRun } from './run-kills.js';
import { SessionGateways } from './stateful/session-gateways.js';

/** How the proof runs. */
export interface ReplicasRun extends KillRun {
  /** How many people there are. */
  readonly people: number;
}

/** Half of the people use what gRPC takes too. */
const KINDS: readonly ShownCredential['kind'][] = ['access token', 'session', 'access token', 'api key'];
const SERVICES: readonly ReplicatedService[] = ['auth', 'users', 'resources', 'gateway'];
const BEHIND: readonly ReplicatedService[] = ['auth', 'users', 'resources'];
/** Everybody renews more than once in a run, though an access token would outlive it. */
const RENEWALS = 3;
const SEED = 6;

/** The product: every replica of every service is killed in turn, and nobody's requests keep to one gateway. */
export async function runReplicas(stage: Stage, run: ReplicasRun): Promise<KillResult> {
  const { addresses } = stage.facts;
  const options: MixedLoadOptions = {
    gateways: addresses.gateways,
    grpc: addresses,
    accounts: await signUp(stage.facts, run.people, KINDS),
    renewAfterMs: run.forMs / RENEWALS,
    sticky: false,
    seed: SEED,
  };
  const names = SERVICES.flatMap((service) => stage.replicasOf(service));
  return runKills(
    { names, kill: (name: string) => stage.kill(name), start: (name: string) => stage.start(name) },
    options,
    run,
  );
}

/**
 * The contrast: the same load and the same kills, where the gateways keep sessions in their memory. Everybody's
 * requests keep to the gateway that has their session, as such gateways need it.
 *
 * @param behind the services behind them whose replicas are killed too
 */
export async function runStateful(
  stage: Stage,
  run: ReplicasRun,
  behind: readonly ReplicatedService[] = BEHIND,
): Promise<KillResult> {
  const { addresses } = stage.facts;
  await using gateways = await SessionGateways.start(addresses.gateways);
  const options: MixedLoadOptions = {
    gateways: gateways.urls,
    accounts: await signUp(stage.facts, run.people, ['session']),
    renewAfterMs: run.forMs / RENEWALS,
    sticky: true,
    seed: SEED,
  };
  const own = new Set(gateways.names);
  const victims = {
    names: [...gateways.names, ...behind.flatMap((service) => stage.replicasOf(service))],
    kill: (name: string) => (own.has(name) ? gateways.kill(name) : stage.kill(name)),
    start: (name: string) => (own.has(name) ? gateways.start(name) : stage.start(name)),
  };
  // Not before the run is over are the gateways disposed of.
  return await runKills(victims, options, run);
}
