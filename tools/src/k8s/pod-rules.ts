import { environmentOf, ofKind, type Container, type Manifest, type Workload } from './manifest.js';
import { mountedSecrets } from './secret-mounts.js';

type PodRule = (workload: Workload, manifests: readonly Manifest[]) => string | false;
type ContainerRule = (
  container: Container,
  workload: Workload,
  manifests: readonly Manifest[],
) => string | false;

/** The one file that a service writes. */
const LAST_KNOWN_FILE = 'GATEHOUSE_LAST_KNOWN_FILE';

const isJob = ({ kind }: Workload) => kind === 'Job';

/** The volumes that Pod Security's level `restricted` admits and that are used here. */
const VOLUMES = new Set(['configMap', 'emptyDir', 'projected', 'secret']);

/** What names of settings say that hold a secret, and those which only look so. */
const SECRET = /(SECRET|KEY|PASSWORD|TOKEN|_URL)/;
const PLAIN = new Set(['GATEHOUSE_TRACES_URL']);

/** What holds for every pod. */
export const POD_RULES: Readonly<Record<string, PodRule>> = {
  'restricted pod': ({ pod }) => {
    const { runAsNonRoot, runAsUser, seccompProfile } = pod.securityContext ?? {};
    const shares = ['hostNetwork', 'hostPID', 'hostIPC'].some((member) => member in pod);
    const volumes = (pod.volumes ?? []).flatMap((volume) =>
      Object.keys(volume).filter((key) => key !== 'name'),
    );
    return (
      !(
        runAsNonRoot === true &&
        runAsUser !== undefined &&
        runAsUser > 0 &&
        seccompProfile?.type === 'RuntimeDefault' &&
        !shares &&
        volumes.every((kind) => VOLUMES.has(kind))
      ) && 'is given more than Pod Security "restricted" gives'
    );
  },
  account: ({ pod }, manifests) => {
    const account = ofKind(manifests, 'ServiceAccount').find(
      ({ metadata }) => metadata.name === pod.serviceAccountName,
    );
    return (
      !(account?.['automountServiceAccountToken'] === false && pod.automountServiceAccountToken === false) &&
      'has no account of its own, or one with a token'
    );
  },
  'service links': ({ pod }) =>
    pod.enableServiceLinks !== false && 'gets variables that it has not asked for',
};

/** What holds for every container, those that run before the others included. */
export const CONTAINER_RULES: Readonly<Record<string, ContainerRule>> = {
  image: ({ image }) =>
    !/(:[^:/@]*\d[^:/@]*|@sha256:[0-9a-f]{64})$/.test(image) && `${image} names no version`,
  limits: ({ resources }) =>
    !(['requests', 'limits'] as const).every(
      (kind) => resources?.[kind]?.['cpu'] && resources[kind]?.['memory'],
    ) && 'has no request or no limit of CPU or memory',
  probes: ({ startupProbe, livenessProbe, readinessProbe }, workload) =>
    !isJob(workload) && !(startupProbe && livenessProbe && readinessProbe) && 'is not asked how it is',
  'restricted container': ({ securityContext = {} }) => {
    const { allowPrivilegeEscalation, readOnlyRootFilesystem, capabilities, ...more } = securityContext;
    return (
      !(
        allowPrivilegeEscalation === false &&
        readOnlyRootFilesystem === true &&
        String(capabilities?.drop) === 'ALL' &&
        capabilities?.add === undefined &&
        Object.keys(more).length === 0
      ) && 'is given more than it needs'
    );
  },
  'plain secret': ({ env = [], envFrom = [], ...container }, _workload, manifests) => {
    const names = Object.keys(environmentOf({ ...container, env, envFrom }, manifests));
    return (
      (names.some((name) => SECRET.test(name) && !/_FILE$/.test(name) && !PLAIN.has(name)) ||
        env.some(({ valueFrom }) => valueFrom !== undefined) ||
        envFrom.some(({ secretRef }) => secretRef !== undefined)) &&
      'has a secret in its environment'
    );
  },
  'secret mount': (container, { pod }, manifests) => {
    const { files, missing } = mountedSecrets(container, pod, manifests);
    const named = Object.entries(environmentOf(container, manifests)).filter(
      ([name]) => name.endsWith('_FILE') && name !== LAST_KNOWN_FILE,
    );
    const absent = named.filter(([, value]) => !files.some(({ path }) => path === value));
    return (
      (missing.length > 0 || absent.length > 0) &&
      `does not get ${[...missing, ...absent.map(([name]) => name)].join(', ')}`
    );
  },
  'last known': (container, { pod }, manifests) => {
    const path = environmentOf(container, manifests)[LAST_KNOWN_FILE];
    const folder = container.volumeMounts?.find(({ mountPath }) => path?.startsWith(`${mountPath}/`));
    const volume = pod.volumes?.find(({ name }) => name === folder?.name);
    return (
      path !== undefined &&
      volume?.['emptyDir'] === undefined &&
      'keeps what it knows of auth where it cannot write'
    );
  },
  'owner rights': (container, workload, manifests) =>
    workload.kind === 'Deployment' &&
    mountedSecrets(container, workload.pod, manifests).files.some(({ key }) =>
      /(owner|admin)-url$/.test(key),
    ) &&
    'could change its schema',
};
