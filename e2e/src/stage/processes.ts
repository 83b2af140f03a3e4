import type { OwnSystem } from '../system/own-system.js';
import type { ReplicatedService, Stage } from './stage.js';

/** The stage of a system that runs as processes of this machine, two replicas of everything. */
export function processStage(own: OwnSystem): Stage {
  return {
    kind: 'processes',
    facts: own,
    replicasOf: (service: ReplicatedService) => [service, `${service}2`],
    kill: async (replica) => void (await own.system.kill(replica)),
    stop: async (replica) => void (await own.system.kill(replica, 'SIGTERM')),
    start: (replica) => own.system.restart(replica),
    restartPostgres: () => own.system.restartPostgres('immediate'),
    [Symbol.asyncDispose]: () => own[Symbol.asyncDispose](),
  };
}
