import { setTimeout as delay } from 'node:timers/promises';
import { crash } from './crash.js';
import type { Kubectl } from './kubectl.js';

/** What is done to the cluster while the load goes on. */
export interface Ordeal {
  readonly name: string;
  /** Whether replicas end in their own time: then no request may fail even once. */
  readonly isGraceful: boolean;
  readonly run: (kubectl: Kubectl) => Promise<void>;
}

/** Every service, in the order in which they are taken. */
export const SERVICES = ['auth', 'users', 'resources', 'gateway'] as const;
type Service = (typeof SERVICES)[number];

/** How many replicas of everything there are before and after each ordeal. */
export const REPLICAS = 2;

const QUIET_MS = 15_000;
/** How long a version that does not come up is left there. */
const BAD_IMAGE_MS = 15_000;
const NO_IMAGE = new Set(['ErrImagePull', 'ImagePullBackOff']);

/** To another number of replicas and back. */
const scaled = (service: Service, replicas: number) => async (kubectl: Kubectl) => {
  for (const count of [replicas, REPLICAS]) {
    await kubectl.run('scale', `deployment/${service}`, `--replicas=${count}`);
    await kubectl.settled(service, count);
  }
};

/** One pod of each service, one after the other. */
const deleted =
  (...how: readonly string[]) =>
  async (kubectl: Kubectl) => {
    for (const service of SERVICES) {
      const [pod] = await kubectl.podsOf(service);
      await kubectl.run('delete', 'pod', pod!.metadata.name, '--wait=false', ...how);
      await kubectl.settled(service, REPLICAS);
    }
  };

/** The process of one replica of each service, one after the other. */
async function crashed(kubectl: Kubectl): Promise<void> {
  for (const service of SERVICES) {
    const [pod] = await kubectl.podsOf(service);
    await crash(kubectl, service, pod!);
    await kubectl.settled(service, REPLICAS);
  }
}

const restarted = (service: Service) => async (kubectl: Kubectl) => {
  await kubectl.run('rollout', 'restart', `deployment/${service}`);
  await kubectl.settled(service, REPLICAS);
};

async function badImage(kubectl: Kubectl): Promise<void> {
  const service = 'resources';
  await kubectl.run('set', 'image', `deployment/${service}`, `${service}=gatehouse/${service}:0.0.0-absent`);
  const waiting = async () => {
    const pods = await kubectl.podsOf(service);
    const reasons = pods.flatMap(({ status }) =>
      (status.containerStatuses ?? []).map(({ state }) => state.waiting?.reason ?? ''),
    );
    return reasons.some((reason) => NO_IMAGE.has(reason));
  };
  await kubectl.until(waiting, 'a replica without an image');
  await delay(BAD_IMAGE_MS);
  await kubectl.run('rollout', 'undo', `deployment/${service}`);
  await kubectl.settled(service, REPLICAS);
}

/** In the order in which they are run. */
export const ORDEALS: readonly Ordeal[] = [
  { name: 'nothing', isGraceful: true, run: () => delay(QUIET_MS) },
  { name: 'resources to 4 replicas and back', isGraceful: true, run: scaled('resources', 4) },
  { name: 'gateway to 4 replicas and back', isGraceful: true, run: scaled('gateway', 4) },
  { name: 'a pod of each service deleted', isGraceful: true, run: deleted() },
  {
    name: 'a pod of each service deleted with no time to end',
    isGraceful: false,
    run: deleted('--grace-period=0', '--force'),
  },
  { name: 'a replica of each service crashes', isGraceful: false, run: crashed },
  ...SERVICES.map((service) => ({
    name: `rolling restart of ${service}`,
    isGraceful: true,
    run: restarted(service),
  })),
  { name: 'an image that is not there, undone', isGraceful: true, run: badImage },
];
