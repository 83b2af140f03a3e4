import type { SystemFacts } from '../system/system-facts.js';

/** The services that run as replicas. */
export type ReplicatedService = 'auth' | 'users' | 'resources' | 'gateway';

/**
 * A whole running system whose replicas can be made to fail. Proofs are written against it, so that one and the same
 * proof runs on the built images where there is a container engine, and on processes elsewhere.
 */
export interface Stage extends AsyncDisposable {
  /** What a replica is: a process as `npm start` starts it, or a container of the built image. */
  readonly kind: 'processes' | 'images';
  readonly facts: SystemFacts;
  /** The names of a service's replicas, such as `resources2`. */
  replicasOf(service: ReplicatedService): readonly string[];
  /** Ends a replica as a crash does (SIGKILL), and resolves when it has ended. */
  kill(replica: string): Promise<void>;
  /** Ends a replica as a platform does (SIGTERM), and resolves when it has drained and ended. */
  stop(replica: string): Promise<void>;
  /** Starts a replica that has ended, and resolves when it is ready. @throws when it does not become so in time */
  start(replica: string): Promise<void>;
  /** Kills the database server and starts it again; resolves when it accepts connections. */
  restartPostgres(): Promise<void>;
}
